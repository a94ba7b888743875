import type express5 from 'express';
import express from 'express4';
import type Koa3 from 'koa';
import type { koaBody as koaBody8 } from 'koa-body';
import { koaBody } from 'koa-body6';
import Koa from 'koa2';

/**
 * Older supported versions, with the types of the newer ones. A program has the types of only one version of a framework,
 * and so do its adapters. The tests use only the parts that both versions have.
 */
export const express4 = express as unknown as typeof express5;
export const Koa2 = Koa as unknown as typeof Koa3;
export const koaBody6 = koaBody as unknown as typeof koaBody8;
