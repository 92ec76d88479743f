package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} says of every key what the code says. */
class ConfigurationDocTest {

    private static final Path DOC = Path.of("..", "docs", "configuration.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([\\w.]+)` \\| `([^`]+)` \\|");

    private static final String UNSET = "unset";

    @Test
    void page_listsEveryKeyWithItsDefaultAndNoOther() throws Exception {
        Map<String, String> expected = new TreeMap<>();
        collect(RecoveryConfig.defaults(), "", expected);

        assertThat(documented()).isEqualTo(expected);
    }

    @Test
    void page_wholeExample_isTheDefaults() throws IOException {
        String page = Files.readString(DOC);
        String json = page.substring(page.indexOf("```json") + 7);
        json = json.substring(0, json.indexOf("```"));

        assertThat(RecoveryConfig.fromJson(json)).isEqualTo(RecoveryConfig.defaults());
        Map<String, String> keys = documented();
        for (Map.Entry<String, String> key : keys.entrySet()) {
            if (!key.getValue().equals(UNSET)) {
                String name = key.getKey();
                assertThat(json).contains('"' + name.substring(name.indexOf('.') + 1) + '"');
            }
        }
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(DOC)) {
            Matcher row = ROW.matcher(line);
            if (row.find()) {
                assertThat(rows.put(row.group(1), row.group(2))).as(line).isNull();
            }
        }
        return rows;
    }

    private static void collect(Record record, String path, Map<String, String> into)
            throws ReflectiveOperationException {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = component.getAccessor().invoke(record);
            if (value instanceof Record nested) {
                collect(nested, path + component.getName() + ".", into);
            } else {
                boolean whole = value instanceof Double number && number == Math.rint(number);
                into.put(
                        path + component.getName(),
                        value instanceof Optional
                                ? UNSET
                                : whole
                                        ? Long.toString(((Double) value).longValue())
                                        : value.toString());
            }
        }
    }
}
