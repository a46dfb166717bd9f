// Prints the events of a queue as the official Node package reports them. The protocol is described in ../README.md.
'use strict';

const peer = require('./peer.js');
const { QueueEvents } = peer.bullmq();

const EVENTS = [
  'active', 'added', 'cleaned', 'completed', 'deduplicated', 'delayed', 'drained', 'duplicated', 'error', 'failed',
  'paused', 'progress', 'removed', 'resumed', 'retries-exhausted', 'stalled', 'waiting', 'waiting-children',
];

async function main() {
  const values = peer.options({ queue: { type: 'string' }, from: { type: 'string', default: '$' } });
  const events = new QueueEvents(values.queue, peer.base(values, { lastEventId: values.from }));
  for (const event of EVENTS) {
    events.on(event, (...args) => {
      const id = args.find(each => typeof each === 'string') ?? null;
      const fields = args.find(each => typeof each === 'object' && each !== null) ?? {};
      peer.say({ event, id, args: fields });
    });
  }
  await events.waitUntilReady();
  peer.say({ ready: true });
  for await (const _ of peer.commands());
  await events.close();
}

main();
