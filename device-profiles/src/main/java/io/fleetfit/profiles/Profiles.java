package io.fleetfit.profiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All known profiles by name: those of this jar, and those of a folder of the user, which win over equal names. */
public final class Profiles {
    private final Map<String, Profile> byName;

    private Profiles(Map<String, Profile> byName) {
        this.byName = new TreeMap<>(byName);
    }

    /** The profiles that come with Fleetfit. */
    public static Profiles bundled() {
        return new Profiles(ProfileReader.read(bundledTexts()));
    }

    /**
     * The bundled profiles and those of a folder ({@code *.yaml}).
     *
     * @throws InvalidProfiles with every problem of every file
     */
    public static Profiles withFolder(Path folder) throws IOException {
        Map<String, String> texts = bundledTexts();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                texts.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return new Profiles(ProfileReader.read(texts));
    }

    /**
     * Checks one more profile against these without adding it.
     *
     * @param file name for the messages
     * @throws InvalidProfiles with every problem
     */
    public Profile check(String file, String yaml) {
        Map<String, String> texts = bundledTexts();
        texts.put(file, yaml);
        return ProfileReader.readOne(texts, file);
    }

    /** The profile of that name. */
    public Optional<Profile> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All profiles in order of their names, abstract ones included. */
    public Collection<Profile> all() {
        return List.copyOf(byName.values());
    }

    private static Map<String, String> bundledTexts() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : resource("index.txt").lines().toList()) {
            texts.put(name + ".yaml", resource(name + ".yaml"));
        }
        return texts;
    }

    static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Profiles.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
