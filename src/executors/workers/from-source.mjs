// The worker is TypeScript in a source tree, and a thread does not inherit its parent's loader.
import { register } from 'tsx/esm/api';

register();

export default async (task) => (await import('./worker.ts')).default(task);
