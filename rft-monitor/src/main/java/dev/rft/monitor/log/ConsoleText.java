package dev.rft.monitor.log;

import dev.rft.monitor.log.Names.Name;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** What a Python program prints: colours, dictionaries, numbers in their wrappings. */
final class ConsoleText {

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]");

    private ConsoleText() {}

    /** Returns a line without colours. */
    static String plain(LineSource line) {
        String text = line.text();
        return text.indexOf('\u001b') < 0 ? text : COLOUR.matcher(text).replaceAll("");
    }

    /** Reads a number, also as {@code np.float64(0.5)} or {@code tensor(0.5, device='cuda:0')}. */
    static OptionalDouble number(String text) {
        String bare = text.strip();
        int open = bare.indexOf('(');
        if (open > 0 && bare.endsWith(")")) {
            int end = bare.indexOf(',', open);
            bare = bare.substring(open + 1, end < 0 ? bare.length() - 1 : end).strip();
        }
        if (bare.length() > 1 && (bare.startsWith("'") || bare.startsWith("\""))) {
            bare = bare.substring(1, bare.length() - 1);
        }
        return JsonNumbers.parse(bare);
    }

    /**
     * Reads the numbers of a printed dictionary; what is no number is passed over.
     *
     * @param text the text
     * @param begin where its brace opens
     * @param values receives the numbers by name
     * @throws BrokenLineException when it does not end, or is none
     */
    static void dictionary(String text, int begin, Numbers values) throws BrokenLineException {
        int at = space(text, begin + 1);
        while (at < text.length() && text.charAt(at) != '}') {
            char quote = text.charAt(at);
            int end = quote == '\'' || quote == '"' ? quoted(text, at) : -1;
            int colon = end < 0 ? -1 : space(text, end);
            if (colon < 0 || colon >= text.length() || text.charAt(colon) != ':') {
                throw new BrokenLineException("must be a dictionary of names");
            }
            int stop = value(text, colon + 1);
            OptionalDouble number = number(text.substring(colon + 1, stop));
            if (number.isPresent()) {
                put(text, at + 1, end - 1, number.getAsDouble(), values);
            }
            if (values.size() > JsonNumbers.MOST) {
                throw new BrokenLineException("more than " + JsonNumbers.MOST + " numbers");
            }
            at = stop < text.length() && text.charAt(stop) == ',' ? space(text, stop + 1) : stop;
        }
        if (at >= text.length()) {
            throw new BrokenLineException("the dictionary does not end");
        }
    }

    private static void put(String text, int begin, int end, double number, Numbers values) {
        Name name = values.expected();
        if (name != null
                && name.text().length() == end - begin
                && text.startsWith(name.text(), begin)) {
            values.put(name, number);
        } else {
            values.put(text.substring(begin, end), number);
        }
    }

    private static int space(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Returns where a quoted text ends, past its quote. */
    private static int quoted(String text, int from) {
        char quote = text.charAt(from);
        int at = from + 1;
        while (at < text.length() && text.charAt(at) != quote) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, text.length());
    }

    /** Returns where a value ends: at the comma or the brace after it. */
    private static int value(String text, int from) {
        int depth = 0;
        int at = from;
        while (at < text.length()) {
            char here = text.charAt(at);
            if (here == '\'' || here == '"') {
                at = quoted(text, at);
                continue;
            }
            if (depth == 0 && (here == ',' || here == '}')) {
                return at;
            }
            if (here == '(' || here == '[' || here == '{') {
                depth++;
            } else if (here == ')' || here == ']' || here == '}') {
                depth--;
            }
            at++;
        }
        return at;
    }
}
