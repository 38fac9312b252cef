package io.fleetfit.http;

import io.fleetfit.fleet.ApiToken;
import org.jspecify.annotations.Nullable;

/** Who may use a route. */
enum Access {
    /** Anybody who reaches the port. */
    OPEN(null),
    VIEWER(ApiToken.Role.VIEWER),
    OPERATOR(ApiToken.Role.OPERATOR),
    ADMIN(ApiToken.Role.ADMIN);

    private final ApiToken.@Nullable Role role;

    Access(ApiToken.@Nullable Role role) {
        this.role = role;
    }

    ApiToken.@Nullable Role role() {
        return role;
    }
}
