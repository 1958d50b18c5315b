// What is pooled need not be a socket: here it is the DynamoDB client of AWS with a table it was found to reach.
// Credentials, the connection and the description of the table are done with before anybody asks.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Connector, Pool } from '@pool/core';
import { isSocketError } from '@pool/net';
import dynalite from 'dynalite';

const server = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const options = { endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials, maxAttempts: 1 };

interface Table {
  readonly client: DynamoDBClient;
  readonly name: string;
}
const users: Connector<Table> = {
  open: async ({ signal }) => {
    const client = new DynamoDBClient({ ...options, requestHandler: { httpAgent: { keepAlive: true, maxSockets: 1 } } });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'users' }), { abortSignal: signal });
    return { client, name: Table?.TableName ?? 'users' };
  },
  close: ({ client }) => client.destroy(),
  ping: async ({ client, name }, { signal }) => {
    await client.send(new DescribeTableCommand({ TableName: name }), { abortSignal: signal });
  },
  brokenBy: [isSocketError, (error) => error instanceof Error && error.name === 'TimeoutError'],
};

const setUp = new DynamoDBClient(options);
await setUp.send(
  new CreateTableCommand({
    TableName: 'users',
    KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  }),
);
setUp.destroy();

const pool = new Pool(users, { min: 2, max: 4 });
await pool.ready();
console.log(`${pool.stats.idle} clients know their table`);

await pool.use(({ client, name }) =>
  client.send(new PutItemCommand({ TableName: name, Item: { name: { S: 'alice' }, age: { N: '42' } } })),
);
const { Item } = await pool.use(({ client, name }) =>
  client.send(new GetItemCommand({ TableName: name, Key: { name: { S: 'alice' } } })),
);
console.log(`alice is ${Item?.age?.N}`);
await pool
  .use(({ client }) => client.send(new GetItemCommand({ TableName: 'nothing', Key: { name: { S: 'alice' } } })))
  .catch((error: Error) => console.log(`${error.name}: ${pool.stats.totals.opened} were opened, the client went back`));

await pool.close();
server.close();
