package dev.rft.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.rft.api.signal.Signals;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NumbersTest {

    private final JsonFactory factory = JsonNumbers.factory();
    private final Names names = new Names();

    private static Map<String, Double> map(Numbers numbers) {
        Map<String, Double> map = new LinkedHashMap<>();
        for (int i = 0; i < numbers.size(); i++) {
            assertThat(map.put(numbers.name(i).text(), numbers.value(i))).isNull();
        }
        return map;
    }

    private Numbers read(String json) throws IOException {
        Numbers numbers = new Numbers(names);
        try (JsonParser parser = factory.createParser(json)) {
            parser.nextToken();
            JsonNumbers.read(parser, OptionalDouble.empty(), numbers);
        }
        return numbers;
    }

    /** What a row is read as does not depend on the rows before it, whatever these have. */
    @Property(tries = 300)
    void read_anyRows_isWhatAMapWouldHold(
            @ForAll @Size(max = 6) List<@Size(max = 8) List<@IntRange(max = 5) Integer>> rows)
            throws IOException {
        double value = 0;
        for (List<Integer> row : rows) {
            StringBuilder json = new StringBuilder("{");
            Map<String, Double> expected = new LinkedHashMap<>();
            for (int field : row) {
                json.append(json.length() > 1 ? ", " : "").append("\"n").append(field);
                if (field == 5) {
                    json.append("\": \"no number\"");
                } else {
                    json.append("\": ").append(++value);
                    expected.put("n" + field, value);
                }
            }
            Numbers numbers = read(json.append('}').toString());

            assertThat(map(numbers)).containsExactlyEntriesOf(expected);
            assertThat(numbers.contentHash()).isEqualTo(expected.hashCode());
            assertThat(numbers.has("n0")).isEqualTo(expected.containsKey("n0"));
            OptionalDouble removed = numbers.remove("n0");
            assertThat(removed.isPresent()).isEqualTo(expected.containsKey("n0"));
            expected.remove("n0");
            assertThat(map(numbers)).containsExactlyEntriesOf(expected);
        }
    }

    /** The fast parser and the platform's agree on what is a number, and on which one. */
    @Property(tries = 2000)
    void parse_anyText_isWhatThePlatformReads(
            @ForAll
                    @CharRange(from = '0', to = '9')
                    @Chars({'.', '-', '+', 'e', 'E'})
                    @StringLength(max = 30)
                    String text) {
        OptionalDouble expected = OptionalDouble.empty();
        try {
            expected = OptionalDouble.of(Double.parseDouble(text));
        } catch (NumberFormatException none) {
            // no number
        }
        assertThat(JsonNumbers.parse(text)).isEqualTo(expected);
    }

    @Property(tries = 1000)
    void parse_anyDouble_isThatDouble(@ForAll double value) {
        assertThat(JsonNumbers.parse(Double.toString(value))).hasValue(value);
    }

    @Test
    void sum_partsOfAStep_firstOfANameCounts() throws IOException {
        Numbers first = read("{\"a\": 1, \"b\": 2}");
        Numbers second = read("{\"b\": 3, \"c\": 4}");
        Numbers.Sum sum = new Numbers.Sum(first);
        sum.add(second);

        assertThat(map(sum.all()))
                .containsExactly(Map.entry("a", 1.0), Map.entry("b", 2.0), Map.entry("c", 4.0));
    }

    @Test
    void read_moreNamesThanAreKept_isReadAllTheSame() throws IOException {
        for (int row = 0; row < 40; row++) {
            StringBuilder json = new StringBuilder("{\"step\": 1");
            for (int i = 0; i < 1_000; i++) {
                json.append(", \"n").append(1_000 * row + i).append("\": ").append(i);
            }
            Numbers numbers = read(json.append(", \"step\": 2}").toString());
            assertThat(numbers.size()).isEqualTo(1_001);
            assertThat(numbers.value(0)).isEqualTo(2);
        }
    }

    @Test
    void translate_rowsOfSeveralKinds_isThatOfEachAlone() {
        SignalNames names = SignalNames.of(LogFormat.TRL);
        Names log = new Names();
        for (int round = 0; round < 3; round++) {
            for (int kind = 0; kind < 7; kind++) {
                Numbers numbers = new Numbers(log);
                numbers.put("kl", kind);
                numbers.put("mine/" + kind, 1);
                numbers.put("rewards/a/mean", kind % 2 == 0 ? Double.NaN : 0.5);
                numbers.put("train_loss", 1);
                Map<String, Double> signals = new LinkedHashMap<>();
                names.translate(numbers)
                        .forEach((signal, value) -> signals.put(signal.name(), value));

                Map<String, Double> expected = new LinkedHashMap<>();
                expected.put(Signals.KL_REFERENCE.name(), (double) kind);
                expected.put("mine/" + kind, 1.0);
                if (kind % 2 == 1) {
                    expected.put("rewards/a/mean", 0.5);
                }
                assertThat(signals).containsExactlyEntriesOf(expected);
            }
        }
    }
}
