// Starts the reference server of Durable Streams with files, on a free port. Argument: the directory of the data.
import { DurableStreamTestServer } from '@durable-streams/server';

const server = new DurableStreamTestServer({ host: '127.0.0.1', port: 0, dataDir: process.argv[2] });
console.log(`listening on ${await server.start()}`);
