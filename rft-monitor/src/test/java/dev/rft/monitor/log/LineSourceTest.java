package dev.rft.monitor.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class LineSourceTest {

    /** Bytes that differ from a line's end in one bit are none, wherever they stand. */
    @Property(tries = 1000)
    void next_anyBytesInAnyParts_givesTheLinesThatAreNotBlank(
            @ForAll
                    @Chars({'a', ' ', '\n', '\r', '\u008a', '\u008d', '\u000b', '\u000c', '\0'})
                    @StringLength(max = 60)
                    String text,
            @ForAll @IntRange(min = 1, max = 20) int part)
            throws IOException {
        byte[] bytes = text.getBytes(ISO_8859_1);
        List<String> expected =
                Arrays.stream(text.split("[\n\r]", -1))
                        .filter(line -> !line.replace(" ", "").isEmpty())
                        .map(line -> new String(line.getBytes(ISO_8859_1), UTF_8))
                        .toList();

        List<String> lines = new ArrayList<>();
        try (LineSource source = new LineSource(new Parts(bytes, part), false)) {
            while (source.next()) {
                lines.add(source.text());
            }
        }

        assertThat(lines).isEqualTo(expected);
    }

    /** Gives some bytes at a time. */
    private static final class Parts extends ByteArrayInputStream {
        private final int size;

        Parts(byte[] bytes, int size) {
            super(bytes);
            this.size = size;
        }

        @Override
        public synchronized int read(byte[] into, int offset, int count) {
            return super.read(into, offset, Math.min(count, size));
        }
    }
}
