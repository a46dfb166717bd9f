// What the server is compared with: the same two routes on node:http. Without REDIS they do no work; with it POST /media adds
// the job through the official package, and GET /stats counts the jobs of three queues, and nothing is checked.
'use strict';

const http = require('node:http');
const { randomUUID } = require('node:crypto');

const NAMES = ['media-jobs', 'scrape-jobs', 'onboarding-jobs'];
const OPTIONS = { attempts: 3, backoff: { type: 'exponential', delay: 2000 }, removeOnComplete: 100, removeOnFail: 1000 };

function idle() {
  const count = { waiting: 3, active: 1, completed: 142, failed: 2, delayed: 0 };
  const queues = Object.fromEntries(NAMES.map(name => [name, { ...count, paused: false }]));
  return {
    stats: async () => ({ ...count, queues }),
    add: async () => randomUUID(),
  };
}

function official(port) {
  const { Queue } = require('../Peers/node/peer.js').bullmq();
  const connection = { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null };
  const queues = NAMES.map(name => new Queue(name, { connection, prefix: 'node' }));
  return {
    stats: async () => {
      const counts = await Promise.all(queues.map(queue => queue.getJobCounts()));
      return Object.fromEntries(counts.map((count, index) => [NAMES[index], count]));
    },
    add: async ({ operation, priority, ...data }) => {
      const jobId = randomUUID();
      const more = { operation, userId: data.jobId, requestedAt: new Date().toISOString() };
      await queues[0].add(operation, { ...data, ...more }, { ...OPTIONS, priority, jobId });
      return jobId;
    },
  };
}

const work = process.env.REDIS ? official(process.env.REDIS) : idle();

async function answer(request) {
  if (request.method === 'GET') {
    const taxonomy_cache = { size: 1847, hits: 9234, misses: 128 };
    return { ok: true, stats: await work.stats(), taxonomy_cache };
  }
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = JSON.parse(Buffer.concat(parts).toString());
  return { ok: true, bullJobId: await work.add(body), jobId: body.jobId, queue: NAMES[0] };
}

http
  .createServer(async (request, response) => {
    const body = JSON.stringify(await answer(request));
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'X-Request-Id': request.headers['x-request-id'] ?? randomUUID(),
    });
    response.end(body);
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
