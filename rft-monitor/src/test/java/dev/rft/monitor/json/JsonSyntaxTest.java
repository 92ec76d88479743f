package dev.rft.monitor.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParseException;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSyntaxTest {

    private static final String WHOLE =
            "{\"monitor\": {\"without\": [\"a\", \"b\"], \"n\": -1.5e3, \"yes\": true}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\": {       | it ends too early, before all that was begun is closed at line 1,"
                        + " column 8",
                "{\"a\": \"b     | it ends too early, before all that was begun is closed at line 1,"
                        + " column 9",
                "{\"a\": 1]      | ']' stands where '}' must stand at line 1, column 8",
                "{\"a\": 1, b}   | 'b' stands where a key in double quotes must stand at line 1,"
                        + " column 10",
                "{\"a\": 1,}     | '}' stands where a key in double quotes must stand at line 1,"
                        + " column 9",
                "{'a': 1}        | ''' stands where a key in double quotes must stand at line 1,"
                        + " column 2",
                "{\"a\": 1 \"b\"}| '\"' stands where a comma or the end must stand at line 1,"
                        + " column 9",
                "{\"a\" 1}       | '1' stands where a colon must stand at line 1, column 6",
                "{\"a\": 1;}     | ';' stands where a comma or the end must stand at line 1, column 8",
                "{\"a\": -}      | '}' stands where a digit must stand at line 1, column 8",
                "{\"a\": 1.}     | '}' stands where a digit must stand at line 1, column 8",
                "{\"a\": ?}      | '?' stands where a value must stand at line 1, column 7",
                "{\"a\": 01}     | a number must not begin with 0 at line 1, column 8",
                "{\"a\": nul}    | 'nul' is no value of JSON at line 1, column 10",
                "{\"a\": NaN}    | 'NaN' is no value of JSON at line 1, column 10",
                "x               | 'x' is no value of JSON at line 1, column 2",
                "{\"a\": \"\\q\"}| '\\q' is no escape of JSON at line 1, column 9",
                "{\"a\": 1, \"a\": 2} | the key 'a' occurs twice at line 1, column 13",
                "{} {}           | something follows after its end at line 1, column 4",
            })
    void parse_whatIsNoJson_isToldInPlainWords(String text, String complaint) {
        assertThatThrownBy(() -> JsonFields.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("must be JSON, was not: " + complaint);
    }

    @Test
    void parse_endWithinALine_isTold() {
        for (String text : new String[] {"{\"a\": 1,\n", "{\"a\":\n", "{\"a\": [1,\n", "{\"a"}) {
            assertThatThrownBy(() -> JsonFields.parse(text))
                    .hasMessageStartingWith("must be JSON, was not: it ends too early, before all");
        }
    }

    @Test
    void parse_lineBreakInAText_isTold() {
        assertThatThrownBy(() -> JsonFields.parse("{\"a\": \"b\n\"}"))
                .hasMessageContaining("a text in quotes must end in its line");
        assertThatThrownBy(() -> JsonFields.parse("{\"a\": \"b\t\"}"))
                .hasMessageContaining("a text in quotes must not hold control characters");
    }

    @Test
    void complaint_ofWhoReadsTokens_isTheirs() {
        assertThat(JsonSyntax.complaint(new JsonParseException(null, "has no step")))
                .isEqualTo("has no step");
        assertThat(JsonSyntax.complaint(new IOException("disk: on fire")))
                .isEqualTo("disk: on fire");
        assertThat(JsonSyntax.complaint(new IOException())).isEqualTo("it cannot be read");
        assertThat(
                        JsonSyntax.complaint(
                                new JsonParseException(
                                        null, "Novel: what (of [Source: REDACTED (`X`)]) this")))
                .isEqualTo("Novel: what");
    }

    /** Whatever is wrong, the parser's classes and options are no words for who wrote the file. */
    @Property(tries = 500)
    void parse_brokenAnywhere_namesNoClass(
            @ForAll @IntRange(min = 0, max = 61) int at, @ForAll char instead) {
        String text = WHOLE.substring(0, at) + instead + WHOLE.substring(at + 1);
        try {
            JsonFields.parse(text);
        } catch (IllegalArgumentException e) {
            // What was written may be quoted, whatever it is.
            assertThat(e.getMessage().replace("'" + instead + "'", "''"))
                    .startsWith("must be ")
                    .doesNotContain("Feature", "Source", "jackson", "`", "(code");
        }
    }
}
