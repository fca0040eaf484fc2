import { FormatFault } from '../fault.ts';

/** A value with the line it begins on, counted from 1. Every scalar is text: `no`, `1.10` and dates mean what stands there. */
export type YamlValue =
  | { readonly kind: 'text'; readonly text: string; readonly line: number }
  | { readonly kind: 'list'; readonly items: readonly YamlValue[]; readonly line: number }
  | { readonly kind: 'map'; readonly members: ReadonlyMap<string, YamlValue>; readonly line: number };

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

const MAX_CHARACTERS = 1 << 20;
const MAX_DEPTH = 32;

/**
 * A small, strict part of YAML 1.2 for files that people review: block mappings and lists, one-line scalars (plain, '…', "…"),
 * comments. No anchors, aliases, tags, flow collections, block scalars, several documents, tabs or keys given twice: what
 * YAML reads differently from how it looks is refused, not interpreted.
 *
 * @throws {FormatFault} `yaml.*` with the line in words
 */
export function readYaml(text: string): YamlValue {
  if (text.length > MAX_CHARACTERS) throw new FormatFault('yaml.too-large', `more than ${MAX_CHARACTERS} characters`);
  const lines: Line[] = [];
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const number = at + 1;
    if (/\t/.test(raw)) throw fault('yaml.tab', number, 'a tab; use spaces');
    // Direction marks and other hidden characters make a reviewed line look like another one.
    // oxlint-disable-next-line no-control-regex -- exactly those
    if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(raw)) {
      throw fault('yaml.hidden-character', number, 'a character that cannot be seen');
    }
    const content = raw.trimEnd();
    const indent = content.length - content.trimStart().length;
    if (content.trim() === '' || content.trimStart().startsWith('#')) continue;
    if (number === 1 && content === '---') continue;
    lines.push({ number, indent, text: content.trimStart() });
  }
  const first = lines[0];
  if (first === undefined) throw new FormatFault('yaml.empty', 'nothing stands in it');
  const reader = { lines, at: 0 };
  const value = readBlock(reader, first.indent, 0);
  const left = reader.lines[reader.at];
  if (left !== undefined) throw fault('yaml.indent', left.number, 'an indentation that belongs to nothing');
  return value;
}

interface Reader {
  readonly lines: Line[];
  at: number;
}

function readBlock(reader: Reader, indent: number, depth: number): YamlValue {
  const line = reader.lines[reader.at] as Line;
  if (depth > MAX_DEPTH) throw fault('yaml.depth', line.number, 'nested too deep');
  return line.text === '-' || line.text.startsWith('- ') ? readList(reader, indent, depth) : readMap(reader, indent, depth);
}

function readList(reader: Reader, indent: number, depth: number): YamlValue {
  const items: YamlValue[] = [];
  const from = (reader.lines[reader.at] as Line).number;
  for (;;) {
    const line = reader.lines[reader.at];
    if (line === undefined || line.indent !== indent || !(line.text === '-' || line.text.startsWith('- '))) break;
    const rest = line.text.slice(1).trimStart();
    if (rest === '' || rest.startsWith('#')) {
      reader.at++;
      items.push(nested(reader, line, indent, depth));
    } else if (KEY.test(rest)) {
      // `- key: value`: a mapping whose first line stands behind the dash, indented to where it begins.
      const inner = indent + (line.text.length - rest.length);
      reader.lines[reader.at] = { number: line.number, indent: inner, text: rest };
      items.push(readMap(reader, inner, depth + 1));
    } else {
      reader.at++;
      items.push({ kind: 'text', text: scalar(rest, line.number), line: line.number });
    }
  }
  return { kind: 'list', items, line: from };
}

const KEY = /^([A-Za-z][A-Za-z0-9_-]*):(?: +(.*))?$/;

function readMap(reader: Reader, indent: number, depth: number): YamlValue {
  const members = new Map<string, YamlValue>();
  const from = (reader.lines[reader.at] as Line).number;
  for (;;) {
    const line = reader.lines[reader.at];
    if (line === undefined || line.indent < indent) break;
    if (line.indent > indent) throw fault('yaml.indent', line.number, 'deeper than the line it belongs to');
    const [, key, rest = ''] = KEY.exec(line.text) ?? [];
    if (key === undefined) {
      if (line.text === '-' || line.text.startsWith('- ')) break;
      throw fault('yaml.syntax', line.number, 'expected "key: value"');
    }
    if (members.has(key)) throw fault('yaml.duplicate-key', line.number, `${key} a second time`);
    reader.at++;
    const value =
      rest === '' || rest.startsWith('#')
        ? nested(reader, line, indent, depth)
        : ({ kind: 'text', text: scalar(rest, line.number), line: line.number } as const);
    members.set(key, value);
  }
  return { kind: 'map', members, line: from };
}

/** What follows a bare `key:` or `-`: something indented deeper, or a list at the indentation of its key. */
function nested(reader: Reader, above: Line, indent: number, depth: number): YamlValue {
  const next = reader.lines[reader.at];
  const isList = next !== undefined && (next.text === '-' || next.text.startsWith('- '));
  const sameIndentList = isList && next.indent === indent && !above.text.startsWith('-');
  if (next === undefined || (next.indent <= indent && !sameIndentList)) {
    throw fault('yaml.no-value', above.number, 'a key without a value; write "" for an empty one');
  }
  return readBlock(reader, next.indent, depth + 1);
}

function scalar(text: string, line: number): string {
  if (text.startsWith('"')) {
    const quoted = /^("(?:[^"\\]|\\["\\/nt]|\\u[0-9a-fA-F]{4})*")\s*(?:#.*)?$/.exec(text)?.[1];
    if (quoted === undefined) throw fault('yaml.quotes', line, 'a "…" that does not end, or with an unknown escape');
    return JSON.parse(quoted) as string;
  }
  if (text.startsWith("'")) {
    const quoted = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(text)?.[1];
    if (quoted === undefined) throw fault('yaml.quotes', line, "a '…' that does not end");
    return quoted.replaceAll("''", "'");
  }
  const plain = text.replace(/\s+#.*$/, '').trimEnd();
  if (/^[[\]{}&*!|>%@`,?]|^[-:] |^(?:~|null)$|: |:$/.test(plain)) {
    throw fault('yaml.unsupported', line, 'not a plain text; put it in quotes');
  }
  return plain;
}

function fault(code: string, line: number, what: string): FormatFault {
  return new FormatFault(code, `line ${line}: ${what}`);
}
