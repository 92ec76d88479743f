package dev.rft.recovery.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class JsonlJournalPropertyTest {

    @Property(tries = 150)
    void open_afterTruncationAtAnyByte_losesAtMostTheLineThatWasCut(
            @ForAll @DoubleRange(min = 0, max = 1) double share) throws IOException {
        Path file = Files.createTempFile("journal", ".jsonl");
        try {
            JsonlJournalTest.write(file);
            byte[] whole = Files.readAllBytes(file);
            int cut = (int) Math.round(share * whole.length);
            byte[] left = Arrays.copyOf(whole, cut);
            Files.write(file, left);

            JsonlJournalTest.write(file);

            String text = Files.readString(file, StandardCharsets.US_ASCII);
            List<Optional<JsonNode>> lines = text.lines().map(JsonlJournalTest::parsed).toList();
            long complete =
                    new String(left, StandardCharsets.US_ASCII)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            assertThat(text).endsWith("\n");
            assertThat(lines.subList(0, (int) complete)).allMatch(Optional::isPresent);
            assertThat(lines.subList(lines.size() - 10, lines.size()))
                    .allMatch(Optional::isPresent);
            assertThat(lines.stream().filter(Optional::isEmpty).count()).isLessThanOrEqualTo(1);
            assertThat(lines.stream().flatMap(Optional::stream).filter(l -> l.has("schema")))
                    .isNotEmpty();
        } finally {
            Files.delete(file);
        }
    }
}
