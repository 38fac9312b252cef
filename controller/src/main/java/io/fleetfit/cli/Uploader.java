package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Uploads a file in parts. What was begun is noted below {@code ~/.cache/fleetfit/uploads} under the file's digest and the
 * controller's address, so that a later upload of the same file goes on where an interrupted one stopped.
 */
final class Uploader {
    /** Small enough that an interruption costs little, large enough that requests cost nothing. */
    private static final int PART_BYTES = 4 << 20;

    private final ApiClient api;
    private final Path notes;
    private final ProgressLine progress;

    Uploader(ApiClient api, Surroundings surroundings, ProgressLine progress) {
        this.api = api;
        this.notes = surroundings.home().resolve(".cache/fleetfit/uploads");
        this.progress = progress;
    }

    /** Uploads the file; the digest of its blob. */
    String upload(Path file) {
        if (!Files.isRegularFile(file)) {
            throw CliFailure.badInput("file", file.toString(), "is no file; name one that can be read");
        }
        try {
            String sha256 = digest(file);
            Path note = notes.resolve(sha256 + "-"
                    + Digest.of(api.base().toString().getBytes(StandardCharsets.UTF_8))
                            .hex()
                            .substring(0, 16));
            String id = begin(file, sha256, note);
            send(file, id);
            Files.deleteIfExists(note);
            return sha256;
        } catch (IOException e) {
            throw CliFailure.badInput("file", file.toString(), "cannot be read: " + e.getMessage());
        } finally {
            progress.close();
        }
    }

    /** The upload that was begun before, or a new one. */
    private String begin(Path file, String sha256, Path note) throws IOException {
        if (Files.exists(note)) {
            String known = Files.readString(note).trim();
            Optional<JsonNode> open = api.find("uploads/" + ApiClient.escape(known));
            if (open.isPresent() && open.get().path("size").asLong() == Files.size(file)) {
                return known;
            }
        }
        ObjectNode request = ApiClient.object().put("size", Files.size(file)).put("sha256", sha256);
        String id = api.post("uploads", request).path("id").asText();
        Files.createDirectories(notes);
        Path temporary = Files.createTempFile(notes, "note", ".tmp");
        Files.writeString(temporary, id);
        Files.move(temporary, note, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return id;
    }

    private void send(Path file, String id) throws IOException {
        long size = Files.size(file);
        long offset = api.get("uploads/" + ApiClient.escape(id)).path("offset").asLong();
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(offset);
            while (offset < size) {
                progress.show("Uploading", (double) offset / size, Show.bytes(offset) + " of " + Show.bytes(size));
                byte[] part = in.readNBytes((int) Math.min(PART_BYTES, size - offset));
                if (part.length == 0) {
                    throw new IOException("the file became shorter while it was read");
                }
                api.append(id, offset, BodyPublishers.ofByteArray(part));
                offset += part.length;
            }
        }
        progress.show("Uploading", 1, Show.bytes(size));
    }

    private String digest(Path file) throws IOException {
        MessageDigest sha256 = sha256();
        long size = Files.size(file);
        long done = 0;
        byte[] buffer = new byte[1 << 18];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
                done += read;
                progress.show("Reading", size == 0 ? 1 : (double) done / size, Show.bytes(done));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
