package io.fleetfit.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.fleet.ApiToken.Role;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import io.fleetfit.store.MovingClock;
import io.fleetfit.store.TestStores;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ApiTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    private final MovingClock clock = new MovingClock(NOW);
    private final TokenStore store = TestStores.emptyDatabase().tokenStore();
    private final ApiTokens tokens = new ApiTokens(store, clock);

    @Test
    void makesTheFirstAdminOnce() {
        ApiTokens.Created first = tokens.createFirstAdmin().orElseThrow();

        assertThat(tokens.createFirstAdmin()).isEmpty();
        assertThat(first.secret()).startsWith("fft_").hasSize(47);
        assertThat(tokens.authenticate(first.secret()).orElseThrow().role()).isEqualTo(Role.ADMIN);
        assertThat(tokens.authenticate(first.secret() + "x")).isEmpty();
        assertThat(store.list())
                .noneMatch(token -> token.hash().contains(first.secret().substring(4)));
    }

    @Test
    void notesTheUseOfATokenOnceAMinute() {
        String secret = tokens.create("ci", Role.VIEWER).secret();
        clock.advance(Duration.ofSeconds(10));
        tokens.authenticate(secret);
        clock.advance(Duration.ofSeconds(10));
        tokens.authenticate(secret);
        assertThat(tokens.list().get(0).lastUsed()).isEqualTo(NOW.plusSeconds(10));
        clock.advance(Duration.ofSeconds(60));

        tokens.authenticate(secret);

        assertThat(tokens.list().get(0).lastUsed()).isEqualTo(NOW.plusSeconds(80));
    }

    @Test
    void keepsTheLastAdmin() {
        String first = tokens.createFirstAdmin().orElseThrow().token().id();
        String viewer = tokens.create("ci", Role.VIEWER).token().id();

        assertThatThrownBy(() -> tokens.delete(first)).isInstanceOf(Conflict.class);
        tokens.delete(viewer);
        tokens.create("other", Role.ADMIN);
        tokens.delete(first);

        assertThat(tokens.list()).extracting(ApiToken::name).containsExactly("other");
        assertThatThrownBy(() -> tokens.delete(first)).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> tokens.create(" ", Role.VIEWER)).isInstanceOf(Invalid.class);
    }

    @Test
    void ordersRoles() {
        assertThat(Role.ADMIN.covers(Role.VIEWER)).isTrue();
        assertThat(Role.OPERATOR.covers(Role.OPERATOR)).isTrue();
        assertThat(Role.VIEWER.covers(Role.OPERATOR)).isFalse();
    }
}
