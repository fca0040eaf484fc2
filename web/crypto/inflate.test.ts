import { describe } from 'vitest';
import { inflateContract } from '@antin/testkit/inflate-contract';
import { browserInflate } from './inflate.ts';

describe('inflate in a browser', () => {
  inflateContract(browserInflate);
});
