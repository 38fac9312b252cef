package io.fleetfit.deploy.process;

import java.nio.charset.StandardCharsets;

/** An answer of a REST API that is a refusal. */
public final class ApiProblem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    ApiProblem(String request, int status, byte[] body) {
        super(request + " was answered with " + status + ": " + new String(body, StandardCharsets.UTF_8));
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
