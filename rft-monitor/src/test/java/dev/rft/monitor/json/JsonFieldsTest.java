package dev.rft.monitor.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {

    @Test
    void numbers_writtenByJsonText_comeBackBitForBit() {
        double[] numbers = {
            0.1, -0.0, Double.MIN_VALUE, 1 / 3.0, Double.NaN, Double.NEGATIVE_INFINITY
        };
        ObjectNode json = JsonText.object();
        JsonText.add(json.putArray("n"), numbers);

        assertThat(JsonFields.parse(JsonText.compact(json)).numbers("n")).isEqualTo(numbers);
        assertThat(JsonFields.parse(JsonText.pretty(json)).numbers("n")).isEqualTo(numbers);
    }

    @Test
    void errors_nameThePathAndWhatWasThere() {
        JsonFields json =
                JsonFields.parse(
                        "{\"a\": {\"list\": [{\"n\": 1}, {\"n\": \"" + "x".repeat(99) + "\"}]}}");

        assertThatThrownBy(() -> json.object("a").list("list", item -> item.finite("n")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a.list[1].n: must be a finite number, was \"" + "x".repeat(79) + "...");
        assertThatThrownBy(() -> json.object("a").text("missing"))
                .hasMessage("a.missing: must be there, is missing");
        assertThatThrownBy(() -> json.object("a").only(List.of("other")))
                .hasMessage("a.list: unknown key, must be one of [other]");
        assertThatThrownBy(
                        () ->
                                json.object("a")
                                        .checked(
                                                () -> {
                                                    throw new IllegalArgumentException("n: bad");
                                                }))
                .hasMessage("a.n: bad");
    }

    @Test
    void end_fieldNobodyAskedFor_isRefused() {
        JsonFields json = JsonFields.parse("{\"a\": 1, \"b\": 2}");
        json.integer("a");
        assertThat(json.has("c")).isFalse();

        assertThatThrownBy(json::end).hasMessage("b: unknown key, must be one of [a, c]");
        json.integer("b");
        json.end();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": 1, \"a\": 2}", "{} {}", "{\"a\": NaN}", "{", "x", "{'a': 1}"})
    void parse_whatIsNoJson_isRefused(String text) {
        assertThatThrownBy(() -> JsonFields.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("must be JSON, was not: ");
        assertThatThrownBy(() -> JsonFields.parse(text.getBytes(StandardCharsets.UTF_8)))
                .hasMessageStartingWith("must be JSON, was not: ");
    }

    @Test
    void parse_deepNesting_isRefusedWithoutOverflow() {
        String deep = "{\"a\": " + "[".repeat(200_000);

        assertThatThrownBy(() -> JsonFields.parse(deep))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nesting depth");
    }
}
