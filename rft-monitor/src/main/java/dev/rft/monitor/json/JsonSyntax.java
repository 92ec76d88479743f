package dev.rft.monitor.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the text of a JSON value, without benevolence, and says in plain words what is wrong with
 * one. The parser's own words are for who programs with it: they name its classes and options.
 */
public final class JsonSyntax {

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final String CHARACTER = "Unexpected character \\('(.)' \\(code .*\\)\\)";

    /** What a complaint of the parser means. The first that fits holds. */
    private record Rule(Pattern theirs, String ours) {
        static Rule of(String theirs, String ours) {
            return new Rule(Pattern.compile(theirs, Pattern.DOTALL), ours);
        }
    }

    private static final List<Rule> RULES =
            List.of(
                    Rule.of(
                            "Unexpected end-of-input.*",
                            "it ends too early, before all that was begun is closed"),
                    Rule.of("Duplicate field '(.*)'", "the key '$1' occurs twice"),
                    Rule.of("Trailing token .*", "something follows after its end"),
                    Rule.of(
                            "Unexpected close marker '(.)': expected '(.)'.*",
                            "'$1' stands where '$2' must stand"),
                    Rule.of(
                            CHARACTER + ".*double-quote to start field name",
                            "'$1' stands where a key in double quotes must stand"),
                    Rule.of(
                            CHARACTER + ".*comma to separate.*",
                            "'$1' stands where a comma or the end must stand"),
                    Rule.of(
                            CHARACTER + ".*colon to separate.*",
                            "'$1' stands where a colon must stand"),
                    Rule.of(CHARACTER + ".*(digit).*", "'$1' stands where a $2 must stand"),
                    Rule.of(CHARACTER + ".*valid value.*", "'$1' stands where a value must stand"),
                    Rule.of(CHARACTER + ".*", "'$1' must not stand there"),
                    Rule.of(
                            "(?:Unrecognized|Non-standard) token '(.*?)'.*",
                            "'$1' is no value of JSON"),
                    Rule.of(
                            "Illegal unquoted character .*code 1[03]\\).*",
                            "a text in quotes must end in its line"),
                    Rule.of(
                            "Illegal unquoted character .*",
                            "a text in quotes must not hold control characters"),
                    Rule.of(
                            "Unrecognized character escape '?(.)'?.*",
                            "'\\\\$1' is no escape of JSON"),
                    Rule.of(".*Leading zeroes not allowed", "a number must not begin with 0"),
                    Rule.of("Invalid UTF-8.*", "must be UTF-8, was not"),
                    Rule.of("(.*exceeds the maximum allowed \\(\\d+), from .*", "$1)"));

    private JsonSyntax() {}

    /**
     * Reads a value.
     *
     * @param bytes UTF-8
     * @return the value; a missing node when there is nothing
     * @throws IllegalArgumentException when it is no JSON
     */
    static JsonNode tree(byte[] bytes) {
        try {
            return MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw noJson(e);
        }
    }

    /**
     * Reads a value.
     *
     * @param text the text
     * @return the value; a missing node when there is nothing
     * @throws IllegalArgumentException when it is no JSON
     */
    static JsonNode tree(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw noJson(e);
        }
    }

    /**
     * Reads a file that holds one value, of which others than rft may have written parts.
     *
     * @param file the file
     * @return the value; a missing node when there is nothing
     * @throws IOException when it cannot be read or is no JSON; the message names the file
     */
    public static JsonNode read(Path file) throws IOException {
        try {
            return tree(TextFile.read(file));
        } catch (IllegalArgumentException wrong) {
            throw new IOException(file + ": " + wrong.getMessage(), wrong);
        }
    }

    private static IllegalArgumentException noJson(IOException e) {
        String what = complaint(e);
        if (e instanceof JsonProcessingException json && json.getLocation() != null) {
            what +=
                    " at line "
                            + json.getLocation().getLineNr()
                            + ", column "
                            + json.getLocation().getColumnNr();
        }
        return new IllegalArgumentException("must be JSON, was not: " + what, e);
    }

    /**
     * Says what is wrong, without the place.
     *
     * @param broken what the parser threw, or a reader of its tokens
     * @return one line, without the names of classes and options
     */
    public static String complaint(IOException broken) {
        String theirs =
                broken instanceof JsonProcessingException json
                        ? json.getOriginalMessage()
                        : broken.getMessage();
        if (theirs == null) {
            return "it cannot be read";
        }
        for (Rule rule : RULES) {
            Matcher matcher = rule.theirs().matcher(theirs);
            if (matcher.matches()) {
                return matcher.replaceAll(rule.ours());
            }
        }
        return plain(theirs);
    }

    /** What no rule knows, up to where the parser begins to speak of itself. */
    private static String plain(String theirs) {
        return theirs.replace('\n', ' ')
                .replaceFirst("\\s*[(:,]?[^(:,]*(?:\\[Source|`).*", "")
                .strip();
    }
}
