import { type Evidence, source, test } from './evidence.ts';

export const pools = ['@pool/core', 'generic-pool', 'tarn', 'lightning-pool', 'undici'] as const;

interface Answer {
  readonly says: string;
  readonly because: Evidence;
}

interface Question {
  readonly asks: string;
  readonly answers: Readonly<Record<(typeof pools)[number], Answer>>;
}

const ours = (says: string, file: string, name: string): Answer => ({ says, because: test(`core/${file}`, name) });
const generic = (says: string, text: string, file = 'lib/Pool.js'): Answer => ({
  says,
  because: source('generic-pool', file, text),
});
const tarn = (says: string, text: string, file = 'dist/Pool.js'): Answer => ({ says, because: source('tarn', file, text) });
const lightning = (says: string, text: string, file = 'pool.js'): Answer => ({
  says,
  because: source('lightning-pool', file, text),
});
const undici = (says: string, text: string, file = 'lib/dispatcher/pool-base.js'): Answer => ({
  says,
  because: source('undici', file, text),
});

const lendsNone = undici('lends none: it sends requests', '[kDispatch] (opts, handler) {');
const queuesWithoutEnd = 'this[kQueue].push({ opts, handler })';
const noMinimum = undici('no: on demand', 'constructor (origin, {', 'lib/dispatcher/pool.js');

/** Answers short enough for a cell, each with what it stands on. */
export const questions: readonly Question[] = [
  {
    asks: 'Is `min` open from the start?',
    answers: {
      '@pool/core': ours('yes', 'src/pool', 'opens its minimum from the start, without anybody asking'),
      'generic-pool': generic('yes', '// create initial resources (if factory.min > 0)'),
      tarn: tarn('no: `min` only bounds what is reaped', 'const minKeep = this.min - this.used.length;'),
      'lightning-pool': lightning('from `start()` or the first `acquire`', 'Starts the pool and begins creating of resources'),
      undici: noMinimum,
    },
  },
  {
    asks: 'Is it filled up again after a loss?',
    answers: {
      '@pool/core': ours('at once, unasked', 'test/demand', 'one for each connection lost below min, without anybody asking'),
      'generic-pool': generic('when told by `destroy`', '// TODO: maybe ensuring minimum pool size should live outside here'),
      tarn: tarn('no', 'const minKeep = this.min - this.used.length;'),
      'lightning-pool': lightning('with the next `acquire`', '// on every single acquire().'),
      undici: noMinimum,
    },
  },
  {
    asks: 'Is a connection that died while idle noticed?',
    answers: {
      '@pool/core': ours(
        'when it happens, and replaced',
        'test/checks-and-resets',
        'is never lent, and replaced before anybody asks',
      ),
      'generic-pool': generic('with `testOnBorrow`, when lent', 'if (this._config.testOnBorrow === true) {'),
      tarn: tarn('with `validate`, when lent', 'this._validateResource(free.resource)'),
      'lightning-pool': lightning('with `validate`, when lent', 'if (this.options.validation && this._factory.validate) {'),
      undici: undici('when it happens', "client.emit('disconnect', client[kUrl], [client], err)", 'lib/dispatcher/client-h1.js'),
    },
  },
  {
    asks: 'What follows a failed open?',
    answers: {
      '@pool/core': ours(
        'one try at a time, with backoff and jitter',
        'test/demand',
        'one opening at a time, each no sooner than the backoff after the failure before',
      ),
      'generic-pool': generic('the next at once, while anybody waits', 'this.emit(FACTORY_CREATE_ERROR, reason);'),
      tarn: tarn('the next after 200 ms', 'this.createRetryIntervalMillis = opt.createRetryIntervalMillis || 200;'),
      'lightning-pool': lightning('the caller fails', 'acquireMaxRetries: 0,', 'pool-options.js'),
      undici: undici(
        'its requests fail',
        'const requests = client[kQueue].splice(client[kRunningIdx])',
        'lib/dispatcher/client.js',
      ),
    },
  },
  {
    asks: 'How long does a caller wait at most, unless told otherwise?',
    answers: {
      '@pool/core': ours('30 s', 'test/options', 'has its default'),
      'generic-pool': generic('for ever', 'this.acquireTimeoutMillis = null;', 'lib/PoolDefaults.js'),
      tarn: tarn('30 s', 'this.acquireTimeoutMillis = opt.acquireTimeoutMillis || 30000;'),
      'lightning-pool': lightning('for ever', 'acquireTimeoutMillis: 0,', 'pool-options.js'),
      undici: undici('for ever', queuesWithoutEnd),
    },
  },
  {
    asks: 'And an opening?',
    answers: {
      '@pool/core': ours('10 s, hooks included', 'test/options', 'has its default'),
      'generic-pool': generic('for ever', 'const factoryPromise = this._factory.create();'),
      tarn: tarn('30 s', 'this.createTimeoutMillis = opt.createTimeoutMillis || 30000;'),
      'lightning-pool': lightning('for ever', 'const o = this._factory.create({ tries, maxRetries });'),
      undici: undici('10 s', 'timeout = timeout == null ? 10e3 : timeout', 'lib/core/connect.js'),
    },
  },
  {
    asks: 'What does the error of a wait say?',
    answers: {
      '@pool/core': ours(
        'how full, who holds one longest, why the last open failed',
        'test/waiting',
        'that passes while opens fail has their last error as its cause',
      ),
      'generic-pool': generic('that it timed out', 'ResourceRequest timed out', 'lib/ResourceRequest.js'),
      tarn: tarn(
        'the message of a failed open',
        'err = new TimeoutError_1.TimeoutError(this.possibleTimeoutCause.message);',
        'dist/PendingOperation.js',
      ),
      'lightning-pool': lightning('that it timed out', 'Request timed out', 'pool-request.js'),
      undici: undici('nothing: it has no limit', queuesWithoutEnd),
    },
  },
  {
    asks: 'Has the queue a bound?',
    answers: {
      '@pool/core': ours('`maxWaiting`', 'test/waiting', 'holds maxWaiting callers and refuses the next, saying how full it is'),
      'generic-pool': generic('`maxWaitingClients`', 'max waitingClients count exceeded'),
      tarn: tarn('no', 'this.pendingAcquires.push(pendingAcquire);'),
      'lightning-pool': lightning('1000', 'maxQueue: 1000,', 'pool-options.js'),
      undici: undici('no', queuesWithoutEnd),
    },
  },
  {
    asks: 'Can a caller leave the queue?',
    answers: {
      '@pool/core': ours('by AbortSignal, at once', 'test/waiting', 'ends its wait at once, with its reason'),
      'generic-pool': generic('no', 'acquire(priority) {'),
      tarn: tarn('by `abort()`', "this.reject(new Error('aborted'));", 'dist/PendingOperation.js'),
      'lightning-pool': lightning('no', 'acquire(callback) {'),
      undici: undici('by AbortSignal, told when its turn comes', '} else if (this.abort) {', 'lib/api/api-request.js'),
    },
  },
  {
    asks: 'Do connections that are closing count in `max`?',
    answers: {
      '@pool/core': ours('yes', 'test/demand', 'never more than max, whatever is on its way out'),
      'generic-pool': generic('no', 'this._allObjects.delete(pooledResource);'),
      tarn: tarn('no', 'return (this.used.length + this.pendingCreates.length < this.max &&'),
      'lightning-pool': lightning('no', 'this._requestsProcessing >= this.options.max - this.acquired'),
      undici: undici(
        'it counts clients: one socket after another',
        'this[kClients].length < this[kConnections]',
        'lib/dispatcher/pool.js',
      ),
    },
  },
  {
    asks: 'Which errors of the work cost the connection?',
    answers: {
      '@pool/core': ours(
        'those that mean broken',
        'src/pool',
        'gives the connection back after an error that is the caller’s own business, and discards it after a ConnectionError',
      ),
      'generic-pool': generic('all', 'this.destroy(resource);'),
      tarn: tarn('the caller decides: there is no `use`', 'release(resource: T): boolean;', 'dist/Pool.d.ts'),
      'lightning-pool': lightning(
        'the caller decides: there is no `use`',
        '* Releases, destroys and removes any `resource` from `Pool`.',
      ),
      undici: lendsNone,
    },
  },
  {
    asks: 'Can a late `release` end the lease of the next holder?',
    answers: {
      '@pool/core': ours('no, it throws', 'test/leases', 'a release that comes late does not end the lease of the next holder'),
      'generic-pool': generic('yes: loans are known by connection', 'this._resourceLoans.set(pooledResource.obj, loan);'),
      tarn: tarn('yes', 'if (used.resource === resource) {'),
      'lightning-pool': lightning('yes', 'if (item && item.state !== ResourceState.IDLE) {'),
      undici: lendsNone,
    },
  },
  {
    asks: 'Who waits when it closes?',
    answers: {
      '@pool/core': ours('is refused at once', 'test/closing', 'refuses all who wait now, not when the leases are back'),
      'generic-pool': generic('is served', 'return reflector(this._waitingClientsQueue.tail.promise);'),
      tarn: tarn('is told when the others are done', '// Abort all pending acquires.'),
      'lightning-pool': lightning('is refused at once', 't.callback(closingError);'),
      undici: undici('is served, or with `destroy()` refused', 'item.handler.onError(err)'),
    },
  },
  {
    asks: 'Is a misspelt option told?',
    answers: {
      '@pool/core': ours('yes', 'test/options', 'or unknown throws, and its value is not shown: it may be a password'),
      'generic-pool': generic('no', 'opts = opts || {};', 'lib/PoolOptions.js'),
      tarn: tarn('yes', 'throw new Error(`Tarn: unsupported option opt.$' + '{key}`);'),
      'lightning-pool': lightning('no', 'const desc = Object.getOwnPropertyDescriptor(proto, k);', 'pool-options.js'),
      undici: undici('no', '} = {}) {', 'lib/dispatcher/pool.js'),
    },
  },
];
