import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';

/** Runs a test of marbles: one character is one frame of virtual time. */
export const marbles = (test: Parameters<TestScheduler['run']>[0]) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
