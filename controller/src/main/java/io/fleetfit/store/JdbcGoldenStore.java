package io.fleetfit.store;

import io.fleetfit.protocol.Golden;
import io.fleetfit.registry.GoldenStore;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Golden inputs and outputs in table {@code variant_golden}. */
final class JdbcGoldenStore implements GoldenStore {
    private final Sql sql;

    JdbcGoldenStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public Optional<Made> golden(VariantRef variant) {
        return sql.read(handle -> find(handle, variant));
    }

    private static Optional<Made> find(Handle handle, VariantRef variant) {
        return handle.createQuery("SELECT document FROM variant_golden"
                        + " WHERE model = :model AND version = :version AND variant = :variant")
                .bind("model", variant.model())
                .bind("version", variant.version())
                .bind("variant", variant.variant())
                .mapTo(String.class)
                .findOne()
                .map(document -> Sql.fromJson(document, Golden.class))
                .map(golden ->
                        new Made(Optional.of(golden).filter(any -> !any.cases().isEmpty())));
    }

    @Override
    public Made putGolden(VariantRef variant, Made made) {
        Golden document = made.golden().orElse(new Golden(List.of(), 0, 0));
        return sql.write(handle -> {
            Optional<Made> before = find(handle, variant);
            if (before.isPresent()) {
                return before.get();
            }
            handle.createUpdate("INSERT INTO variant_golden (model, version, variant, document)"
                            + " VALUES (:model, :version, :variant, :document)")
                    .bind("model", variant.model())
                    .bind("version", variant.version())
                    .bind("variant", variant.variant())
                    .bind("document", Sql.json(document))
                    .execute();
            return made;
        });
    }
}
