package io.fleetfit.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The specification for people says what the code does. */
class ReadmeTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `([A-Za-z0-9]+)` \\| [^|]+ \\| (yes|no) \\| .+ \\|$", Pattern.MULTILINE);

    @Test
    void every_type_has_its_table_with_every_field_in_order_and_whether_it_is_required() throws IOException {
        Map<String, List<WireTypes.Field>> tables = new TreeMap<>();
        for (String section : readme().split("\n### ", -1)) {
            List<WireTypes.Field> rows = new ArrayList<>();
            Matcher row = ROW.matcher(section);
            while (row.find()) {
                rows.add(new WireTypes.Field(row.group(1), row.group(2).equals("yes")));
            }
            if (!rows.isEmpty()) {
                tables.put(section.lines().findFirst().orElseThrow(), rows);
            }
        }

        assertThat(tables).isEqualTo(WireTypes.all());
    }

    @Test
    void every_topic_error_code_state_and_limit_stands_in_it() throws IOException {
        String readme = readme();

        for (Topics.Up kind : Topics.Up.values()) {
            assertThat(readme).contains("`" + Topics.up("ID", kind).replace("ID", "{deviceId}") + "`");
        }
        for (Topics.Down kind : Topics.Down.values()) {
            assertThat(readme).contains("`" + Topics.down("ID", kind).replace("ID", "{deviceId}") + "`");
        }
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(readme)
                    .contains("| `" + code + "` | " + code.origin().name().toLowerCase(java.util.Locale.ROOT) + " |");
        }
        for (Qualification.Outcome outcome : Qualification.Outcome.values()) {
            String code = outcome.code() == null ? "–" : "`" + outcome.code() + "`";
            assertThat(readme).contains("| `" + outcome + "` | " + code + " |");
        }
        assertThat(readme)
                .contains(Golden.MAX_ELEMENTS + " at most")
                .contains(DsseEnvelope.DESIRED_STATE, DsseEnvelope.MANIFEST)
                .contains("| numbers in a chunk request | " + ChunkRequest.MAX_NUMBERS + " |")
                .contains("| part of the index | " + grouped(ChunkIndex.PART_BYTES) + " bytes |")
                .contains("1 to " + grouped(ChunkIndex.MAX_CHUNK_BYTES) + " bytes")
                .contains("cuts at " + grouped(ContentDefinedChunker.MAX_BYTES));
    }

    @Test
    void every_state_stands_in_it_with_its_exits() throws IOException {
        String readme = readme();

        for (UpdateState state : UpdateState.values()) {
            String exits = String.join(
                    ", ", state.exits().stream().map(exit -> "`" + exit + "`").toList());
            assertThat(readme).containsPattern("\\| `" + state + "` \\| [^|]+ \\| " + exits + " \\|");
        }
    }

    @Test
    void every_example_is_linked_and_every_link_leads_to_a_file() throws IOException {
        List<String> links = new ArrayList<>();
        Matcher link = Pattern.compile("\\]\\((src/[^)]+|[a-z]+\\.yaml)\\)").matcher(readme());
        while (link.find()) {
            links.add(link.group(1));
        }

        assertThat(links).allSatisfy(path -> assertThat(Path.of(path)).exists());
        Path golden = Path.of("src/test/resources/golden/v1");
        try (Stream<Path> examples = Files.list(golden)) {
            assertThat(links).containsAll(examples.map(Path::toString).toList());
        }
    }

    @Test
    void cuts_fall_where_it_says() {
        byte[] blob = new byte[3_000_000];
        new java.util.Random(7).nextBytes(blob);
        Arrays.fill(blob, 1_000_000, 2_200_000, (byte) 3);

        for (int start = 0; start < blob.length; ) {
            int length = ContentDefinedChunker.cut(blob, start, blob.length);
            assertThat(length).as("chunk at %s", start).isEqualTo(cutAsWritten(blob, start));
            start += length;
        }
    }

    /** The chunker again, from the words of the specification alone. */
    private static int cutAsWritten(byte[] blob, int start) {
        long[] gear = new long[256];
        long s = 0x666c656574666974L;
        for (int i = 0; i < 256; i++) {
            s += 0x9e3779b97f4a7c15L;
            long z = s;
            z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
            z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
            gear[i] = z ^ (z >>> 31);
        }
        long hash = 0;
        for (int number = 32_768; number < 524_288 && start + number < blob.length; number++) {
            hash = (hash << 1) + gear[blob[start + number] & 0xff];
            if (hash >>> (64 - (number < 131_072 ? 19 : 15)) == 0) {
                return number + 1;
            }
        }
        return Math.min(524_288, blob.length - start);
    }

    private static String grouped(int number) {
        return String.format(java.util.Locale.ROOT, "%,d", number);
    }

    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
    }
}
