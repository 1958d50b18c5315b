export { FakeClock } from './fake-clock.ts';
export { ScriptedConnector } from './scripted-connector.ts';
