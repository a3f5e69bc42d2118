import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);

/** File of this folder that is open in the editor. */
const file = `${root}test/helpers/opened.ts`;
let opened = '';
let version = 0;

const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [file],
  getScriptVersion: (path) => (path === file ? String(version) : '1'),
  getScriptSnapshot(path) {
    const text = path === file ? opened : ts.sys.readFile(path);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (path) => path === file || ts.sys.fileExists(path),
  readFile: (path) => ts.sys.readFile(path),
  readDirectory: ts.sys.readDirectory,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
});

/** Opens a text in an editor, as a file of this folder. The last text that was opened is asked. */
export function open(text: string) {
  opened = text;
  version++;
  const at = (marker: string) => {
    const position = text.indexOf(marker);
    if (position < 0) throw new Error(`editor: the text has no ${marker}`);
    return position;
  };
  return {
    /** Names that are offered right behind `marker`. */
    completions(marker: string): string[] {
      const found = service.getCompletionsAtPosition(file, at(marker) + marker.length, {});
      return found?.entries.map(({ name }) => name) ?? [];
    },
    /** Type and documentation of what `marker` begins with. */
    hover(marker: string): { readonly type: string; readonly text: string } {
      const found = service.getQuickInfoAtPosition(file, at(marker));
      return {
        type: ts.displayPartsToString(found?.displayParts),
        text: ts.displayPartsToString(found?.documentation),
      };
    },
    /** Errors, each with what it marks. */
    errors(): string[] {
      const found = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
      return found.map(({ start = 0, length = 0, messageText }) => {
        const marked = text.slice(start, start + length);
        return `${marked}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      });
    },
  };
}
