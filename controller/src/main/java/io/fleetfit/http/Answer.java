package io.fleetfit.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What an action answers: JSON, text, a file or nothing.
 *
 * @param status HTTP status
 * @param body value written as JSON; absent for the others
 * @param text with its media type; absent for the others
 * @param file with its name for the caller; absent for the others
 */
record Answer(
        int status,
        @Nullable Object body,
        @Nullable Text text,
        @Nullable Download file) {
    record Text(String mediaType, String text) {}

    record Download(Path path, String name) {}

    static Answer ok(Object body) {
        return new Answer(200, body, null, null);
    }

    static Answer created(Object body) {
        return new Answer(201, body, null, null);
    }

    static Answer accepted(Object body) {
        return new Answer(202, body, null, null);
    }

    static Answer none() {
        return new Answer(204, null, null, null);
    }

    static Answer of(int status, Object body) {
        return new Answer(status, body, null, null);
    }

    static Answer text(String mediaType, String text) {
        return new Answer(200, null, new Text(mediaType, text), null);
    }

    static Answer file(Path path, String name) {
        return new Answer(200, null, null, new Download(path, name));
    }
}
