import type { Demo } from '../data.ts';
import { provinceAgencies } from './agencies.ts';
import { provinceDrafts, provincePast } from './letters.ts';
import { provincePeople } from './people.ts';

export const provinceDemo: Demo = {
  name: 'Tỉnh Sơn Hà (thực hành)',
  agencies: provinceAgencies,
  people: provincePeople,
  past: provincePast,
  drafts: provinceDrafts,
};
