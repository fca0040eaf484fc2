import type { ConsoleKey } from '../speech.ts';
import type { Item } from './queries.ts';

export interface EditField {
  /** Where it stands in the item: `subject.fullName`. */
  readonly path: string;
  readonly id: string;
  readonly label: ConsoleKey;
  readonly value: string;
  readonly optional: boolean;
}

type Wish = readonly [path: string, label: ConsoleKey, optional?: boolean];

const AGENCY: readonly Wish[] = [
  ['managingAgency.name', 'edit.agency-name'],
  ['managingAgency.code', 'edit.agency-code'],
  ['managingAgency.place', 'edit.agency-place'],
];
const PERSON: readonly Wish[] = [
  ['subject.fullName', 'item.full-name'],
  ['subject.citizenNumber', 'item.citizen-number'],
  ['subject.birthDay', 'edit.birth-day', true],
  ['subject.title', 'item.title'],
  ['subject.unit', 'item.unit', true],
  ['subject.mail', 'item.mail'],
  ['subject.phone', 'item.phone'],
];
const KEEPER: readonly Wish[] = [
  ['subject.keeper.fullName', 'edit.keeper-name'],
  ['subject.keeper.title', 'edit.keeper-title'],
  ['subject.keeper.mail', 'edit.keeper-mail'],
  ['subject.keeper.phone', 'edit.keeper-phone'],
];
const ORGANISATION: readonly Wish[] = [
  ['subject.name', 'item.organisation'],
  ['subject.code', 'item.code'],
  ['subject.address', 'item.address'],
  ['subject.foundedBy', 'item.founded-by'],
  ...KEEPER,
  ['subject.keeper.citizenNumber', 'edit.keeper-number'],
];
const DEVICE: readonly Wish[] = [
  ['subject.name', 'item.device-name'],
  ['subject.hostNames', 'edit.host-names', true],
  ['subject.owner', 'item.owner'],
  ...KEEPER,
];

/** What an officer may correct; act, certificate and key are what the sender asked for and stay. */
export function editFields(item: Item): EditField[] {
  const wishes: Wish[] = [];
  if ('subject' in item) wishes.push(...{ '01': PERSON, '02': ORGANISATION, '03': DEVICE }[item.subject.form]);
  if (item.act === 'recover-device') wishes.push(['reason', 'item.reason']);
  if (item.act === 'revoke') wishes.push(['since', 'edit.since', true]);
  wishes.push(...AGENCY);
  return wishes.map(([path, label, optional = false]) => ({
    ...{ path, label, optional, id: `edit-${path.replaceAll('.', '-')}` },
    value: written(valueAt(item, path)),
  }));
}

/** The item with the texts of the form in it; an optional field that is empty is left out. */
export function editedItem(item: Item, values: Readonly<Record<string, string>>): unknown {
  const copy = structuredClone(item) as unknown as Record<string, unknown>;
  for (const field of editFields(item)) {
    const text = (values[field.path] ?? '').trim();
    if (text === field.value) continue;
    const names = field.path.split('.');
    const last = names.pop() as string;
    const parent = names.reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, copy);
    if (last === 'hostNames') parent[last] = text.split(/[\s,;]+/).filter((name) => name !== '');
    else if (text === '' && field.optional) delete parent[last];
    else parent[last] = text;
  }
  return copy;
}

function valueAt(item: Item, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], item);
}

function written(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : '';
}
