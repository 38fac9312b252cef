package io.fleetfit.http;

import java.io.IOException;

/** Answers a request; runs on a worker thread and may block. */
@FunctionalInterface
interface Action {
    Answer run(Call call) throws IOException;
}
