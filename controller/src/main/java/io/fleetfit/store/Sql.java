package io.fleetfit.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.protocol.JsonCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** What all stores share: transactions, JSON columns, instants to the microsecond. */
final class Sql {
    private static final ObjectMapper JSON = JsonCodec.mapper();

    /** Standard SQLSTATE of a broken uniqueness. */
    private static final String UNIQUE = "23505";

    /** Broken reference: PostgreSQL's state and H2's. */
    private static final Set<String> REFERENCE = Set.of("23503", "23506");

    /** What a second try may mend: uniqueness lost to a concurrent insert, serialization, deadlock. */
    private static final Set<String> TRANSIENT = Set.of(UNIQUE, "40001", "40P01", "90131");

    private static final int TRIES = 3;

    private final Jdbi jdbi;
    private final Runnable awaitDurable;

    /** {@code awaitDurable} returns once what this thread committed is kept. */
    Sql(Jdbi jdbi, Runnable awaitDurable) {
        this.jdbi = jdbi.registerArgument(new InstantArguments());
        this.awaitDurable = awaitDurable;
    }

    <T> T read(HandleCallback<T, RuntimeException> work) {
        return jdbi.withHandle(work);
    }

    /** One transaction; tried again when a concurrent one got in its way. */
    <T> T write(HandleCallback<T, RuntimeException> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return insert(work);
            } catch (UnableToExecuteStatementException e) {
                if (attempt == TRIES || !TRANSIENT.contains(state(e))) {
                    throw e;
                }
            }
        }
    }

    /** One transaction, tried once: for inserts whose failure is an answer. */
    <T> T insert(HandleCallback<T, RuntimeException> work) {
        T result = jdbi.inTransaction(work);
        awaitDurable.run();
        return result;
    }

    static boolean isDuplicate(UnableToExecuteStatementException e) {
        return state(e).equals(UNIQUE);
    }

    static boolean isMissingReference(UnableToExecuteStatementException e) {
        return REFERENCE.contains(state(e));
    }

    private static String state(UnableToExecuteStatementException e) {
        return e.getCause() instanceof SQLException cause && cause.getSQLState() != null ? cause.getSQLState() : "";
    }

    static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "cannot write a " + value.getClass().getSimpleName() + " as JSON", e);
        }
    }

    static @Nullable String jsonOrNull(@Nullable Object value) {
        return value == null ? null : json(value);
    }

    static <T> T fromJson(String json, Class<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds no readable " + type.getSimpleName(), e);
        }
    }

    static <T> T fromJson(String json, TypeReference<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds no readable " + type.getType(), e);
        }
    }

    static <T> @Nullable T fromJsonOrNull(@Nullable String json, Class<T> type) {
        return json == null ? null : fromJson(json, type);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    /** Both databases keep microseconds; one rounds and the other cuts off, so cut off here. */
    static OffsetDateTime stored(Instant value) {
        return value.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }

    private static final class InstantArguments extends AbstractArgumentFactory<Instant> {
        InstantArguments() {
            super(Types.TIMESTAMP_WITH_TIMEZONE);
        }

        @Override
        protected Argument build(Instant value, ConfigRegistry config) {
            return (position, statement, context) -> statement.setObject(position, stored(value));
        }
    }
}
