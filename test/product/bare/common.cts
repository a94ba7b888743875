import { createReceiver } from '@spiderfoot-webhooks/core';
import { webhookHandler } from '@spiderfoot-webhooks/express';

import express = require('express');

const receiver = createReceiver({ secret: 'bare-s3cret' });
receiver.on('scan_completed', ({ data }) => console.log(data.target?.toUpperCase()));
express().post('/webhook', webhookHandler(receiver));
console.log(typeof require, receiver.queued);
