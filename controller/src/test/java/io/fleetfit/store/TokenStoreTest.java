package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.fleet.ApiToken;
import io.fleetfit.fleet.TokenStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class TokenStoreTest {
    private final TokenStore store;

    TokenStoreTest(Backend backend) {
        store = backend.emptied().tokenStore();
    }

    @Test
    void findsATokenByItsHashUntilItIsDeleted() {
        ApiToken token = token("t-1");
        store.insert(token);

        store.touch("t-1", Samples.AT.plusSeconds(5));

        ApiToken touched =
                new ApiToken("t-1", "ci", ApiToken.Role.OPERATOR, "hash-t-1", Samples.AT, Samples.AT.plusSeconds(5));
        assertThat(store.byHash("hash-t-1")).contains(touched);
        assertThat(store.list()).containsExactly(touched);
        assertThat(store.byHash("other")).isEmpty();
        assertThat(store.delete("t-1")).isTrue();
        assertThat(store.delete("t-1")).isFalse();
        assertThat(store.byHash("hash-t-1")).isEmpty();
    }

    @Test
    void makesOneFirstTokenForAllWhoTryAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Boolean>> tries = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                ApiToken token = token("t-" + i);
                tries.add(threads.submit(() -> store.insertFirst(token)));
            }
            int made = 0;
            for (Future<Boolean> attempt : tries) {
                made += attempt.get() ? 1 : 0;
            }
            assertThat(made).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.list()).hasSize(1);
    }

    private static ApiToken token(String id) {
        return new ApiToken(id, "ci", ApiToken.Role.OPERATOR, "hash-" + id, Samples.AT, null);
    }
}
