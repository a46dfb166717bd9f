// Reads jobs and queues through the official Node package. The protocol is described in ../README.md.
'use strict';

const peer = require('./peer.js');
const { Job, Queue } = peer.bullmq();

const PROPERTIES = [
  'id', 'name', 'data', 'opts', 'progress', 'returnvalue', 'stacktrace', 'delay', 'priority', 'timestamp',
  'attemptsStarted', 'attemptsMade', 'stalledCounter', 'failedReason', 'deferredFailure', 'finishedOn', 'processedOn',
  'parentKey', 'parent', 'repeatJobKey', 'processedBy', 'deduplicationId',
];

/** All public properties of a job, and its state. */
async function describe(job) {
  if (!job) return null;
  const properties = Object.fromEntries(PROPERTIES.map(name => [name, job[name] ?? null]));
  return { ...properties, state: await job.getState() };
}

/** A result as JSON: jobs become their properties. */
async function plain(value) {
  if (value instanceof Job) return describe(value);
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  return value ?? null;
}

async function main() {
  const options = peer.base(peer.options());
  const queues = new Map();
  peer.say({ ready: true });
  for await (const command of peer.commands()) {
    try {
      if (!queues.has(command.queue)) queues.set(command.queue, new Queue(command.queue, options));
      const queue = queues.get(command.queue);
      if (command.call) {
        const target = command.id ? await queue.getJob(command.id) : queue;
        peer.say({ result: await plain(await target[command.call](...(command.args ?? []))) });
      } else peer.say({ job: await describe(await queue.getJob(command.id)) });
    } catch (error) {
      peer.say({ error: peer.describe(error) });
    }
  }
  await Promise.all([...queues.values()].map(queue => queue.close()));
}

main();
