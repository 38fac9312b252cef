package io.fleetfit.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the controller is and who asks. */
final class ConnectionOptions {
    private static final String DEFAULT_URL = "http://127.0.0.1:8080";
    private static final Set<PosixFilePermission> OWN =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    @Option(names = "--url", paramLabel = "URL", description = "controller; see fleetfit --help for the default")
    private @Nullable String url;

    @Option(names = "--token", paramLabel = "TOKEN", description = "API token; see fleetfit --help for the default")
    private @Nullable String token;

    /** A client of the controller. */
    ApiClient open(Surroundings surroundings) {
        return new ApiClient(url(surroundings), token(surroundings));
    }

    private URI url(Surroundings surroundings) {
        String field = url != null ? "--url" : "FLEETFIT_URL";
        String text = url != null ? url : surroundings.environment().getOrDefault("FLEETFIT_URL", DEFAULT_URL);
        try {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw badUrl(field, text);
        }
        throw badUrl(field, text);
    }

    private static CliFailure badUrl(String field, String text) {
        return CliFailure.badInput(field, text, "is no address; write http://HOST:PORT or https://HOST:PORT");
    }

    private @Nullable String token(Surroundings surroundings) {
        if (token != null) {
            return token;
        }
        String variable = surroundings.environment().get("FLEETFIT_TOKEN");
        return variable != null ? variable : fromFile(surroundings.home().resolve(".config/fleetfit/token"));
    }

    private static @Nullable String fromFile(Path file) {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")
                    && !OWN.containsAll(Files.getPosixFilePermissions(file))) {
                throw CliFailure.badInput("token file", file.toString(), "others may read it; run: chmod 600 " + file);
            }
            return Files.readString(file).trim();
        } catch (IOException e) {
            throw CliFailure.badInput("token file", file.toString(), "cannot be read: " + e.getMessage());
        }
    }
}
