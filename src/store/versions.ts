import { readFileSync } from 'node:fs';

const { version, dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** Returns the versions of this package, of Node, and of the library that writes tables. */
export const versions = (): Record<string, string> => ({
  rxdescent: version,
  node: process.versions.node,
  'apache-arrow': dependencies['apache-arrow'],
});
