package dev.rft.faultbench.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The strengths, persistence and cures were written down before any repair was tuned on them. Who
 * changes one makes results of before and after different things: the table in docs/faultbench.md
 * and {@code FaultBench.VERSION} change with it.
 */
class FrozenStrengthsTest {

    private static final Path TABLE = Path.of("..", "docs", "faultbench.md");

    @Test
    void table_isWhatIsInjected() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(TABLE)) {
            List<String> cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            if (cells.size() == 9 && cells.get(1).startsWith("`")) {
                String id = cells.get(1).replace("`", "");
                documented.put(
                        id,
                        String.join(
                                " | ",
                                cells.get(2),
                                cells.get(4),
                                cells.get(5),
                                cells.get(6),
                                cells.get(7)));
            }
        }
        Map<String, String> injected = new TreeMap<>();
        for (Fault fault : Fault.values()) {
            if (fault != Fault.NONE) {
                injected.put(
                        fault.id(),
                        String.join(
                                " | ",
                                fault.cause().id(),
                                number(fault.magnitude(Strength.EASY)),
                                number(fault.magnitude(Strength.HARD)),
                                lasts(fault),
                                fault.cure().toString().toLowerCase(Locale.ROOT)));
            }
        }

        assertThat(documented).isEqualTo(injected);
    }

    private static String lasts(Fault fault) {
        return switch (fault.cure()) {
            case TIME -> "20 steps";
            case NOTHING -> "for good";
            default -> "until cured";
        };
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? Long.toString(Math.round(value))
                : Double.toString(value);
    }
}
