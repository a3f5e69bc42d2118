import { afterEach } from 'vitest';

process.env['RXDESCENT_CHECK'] = '1';

/** Methods of the console that print. A test that expects output puts a spy of its own in their place. */
const printing = ['debug', 'error', 'info', 'log', 'table', 'trace', 'warn'] as const;
let printed: string[] = [];
for (const name of printing)
  console[name] = (...said: unknown[]) => void printed.push(`console.${name}: ${said.join(' ')}`);

// an expect() here would count as an assertion of every test
afterEach(() => {
  const said = printed;
  printed = [];
  if (said.length) throw new Error(`a test must print nothing on the console, got\n${said.join('\n')}`);
});
