import { describe } from 'vitest';
import { inflateContract } from '@antin/testkit/inflate-contract';
import { nodeInflate } from './node.ts';

describe('inflate on a server', () => {
  inflateContract(nodeInflate);
});
