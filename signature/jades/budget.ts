import { JSON_BUDGET } from '@antin/formats/json/scan';
import type { JsonBudget } from '@antin/formats/json/scan';

/** Of a JWS, its header and its properties: text and certificates are single strings, so few values say much. */
export const JWS_BUDGET: JsonBudget = { ...JSON_BUDGET, values: 100_000 };
