export { type ConnectorUnderTest, connectorSuite, type TestRunner } from './connector-suite.ts';
export { FakeClock } from './fake-clock.ts';
export { ScriptedConnector } from './scripted-connector.ts';
