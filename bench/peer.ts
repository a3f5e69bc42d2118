import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Ask {
  readonly job: string;
  readonly what: 'step' | 'product' | 'e05' | 'e05 sharpness' | 'drift';
  readonly how: 'autograd' | 'manual';
  readonly dtype: 'float64' | 'float32';
  /** 0 is PyTorch's default. */
  readonly threads: 0 | 1;
  readonly count: number;
}

/** The PyTorch process of `bench/peer_torch.py`; times one thing at a time. */
export class Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(python: string) {
    this.#process = spawn(python, [new URL('peer_torch.py', import.meta.url).pathname]);
    this.#process.on('error', () => {}); // then there is no line either
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  static async start(python: string): Promise<{ peer: Peer; torch: string; threads: number }> {
    const peer = new Peer(python);
    return { peer, ...(await peer.#line<{ torch: string; threads: number }>()) };
  }

  /** Milliseconds per step or product, or for all of E5. */
  async time(ask: Ask): Promise<number> {
    this.#process.stdin.write(`${JSON.stringify(ask)}\n`);
    return (await this.#line<{ ms: number }>()).ms;
  }

  /** Change of ‖W₂‖² − ‖W₁‖² after 2000 steps of job (i). */
  async drift(dtype: Ask['dtype'], rate: number): Promise<number> {
    const ask: Ask & { rate: number } = {
      job: 'i',
      what: 'drift',
      how: 'manual',
      dtype,
      threads: 1,
      count: 2000,
      rate,
    };
    this.#process.stdin.write(`${JSON.stringify(ask)}\n`);
    return (await this.#line<{ drift: number }>()).drift;
  }

  stop(): void {
    this.#process.stdin.end();
  }

  async #line<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done)
      throw new Error(
        'bench: the PyTorch process ended; pip install torch numpy, and name that python: npm run bench -- PYTHON',
      );
    return JSON.parse(value) as T;
  }
}
