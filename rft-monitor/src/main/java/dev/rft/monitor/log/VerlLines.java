package dev.rft.monitor.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The lines of verl: {@code {"step":n,"data":{...}}} of its file logger, which writes null for what
 * is not finite, and {@code step:n - name:value - name:value} of its console, whatever stands
 * before. A row with nothing but validation results is no training step.
 */
final class VerlLines implements LineFormat {

    private static final String STEP = "step:";
    private static final String BETWEEN = " - ";
    private static final String CUT_DASH = " -";
    private static final String VALIDATION = "val";

    private static final int LONGEST_JOINED = 1 << 20;

    private final JsonFactory factory = JsonNumbers.factory();
    private final Names names = new Names();
    private final boolean wrapped;
    private @Nullable String begun;
    private long begunAt;

    /**
     * Reads a file.
     *
     * @param wrapped whether to put together lines that a terminal has cut at its width, for which
     *     a line has to wait for the next one
     */
    VerlLines(boolean wrapped) {
        this.wrapped = wrapped;
    }

    @Override
    public @Nullable Row row(LineSource line) throws IOException {
        return training(line.firstByte() == '{' ? json(line) : console(line));
    }

    private static @Nullable Row training(@Nullable Row row) {
        if (row != null) {
            Numbers values = row.values();
            for (int i = 0; i < values.size(); i++) {
                if (!values.name(i).text().startsWith(VALIDATION)) {
                    return row;
                }
            }
        }
        return null;
    }

    private @Nullable Row json(LineSource line) throws IOException {
        Numbers values = new Numbers(names);
        OptionalLong step = OptionalLong.empty();
        boolean data = false;
        try (JsonParser json = line.parser(factory)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken token = json.nextToken();
                if (name.equals("data") && token == JsonToken.START_OBJECT) {
                    JsonNumbers.read(json, OptionalDouble.of(Double.NaN), values);
                    data = true;
                } else if (name.equals("step") && token == JsonToken.VALUE_NUMBER_INT) {
                    step = JsonNumbers.step(json.getDoubleValue());
                } else {
                    json.skipChildren();
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new BrokenLineException("the object does not end");
            }
        }
        if (!data || step.isEmpty()) {
            throw new BrokenLineException("must have a step and data");
        }
        return Row.of(line.line(), step, values);
    }

    private @Nullable Row console(LineSource line) throws IOException {
        String text = ConsoleText.plain(line);
        int begin = begin(text);
        if (!wrapped) {
            return begin < 0 ? null : console(text.substring(begin), line.line());
        }
        if (begin < 0 && begun != null && joined(begun, text) != null) {
            begun = joined(begun, text);
            return null;
        }
        String complete = begun;
        long at = begunAt;
        begun = begin < 0 ? null : text.substring(begin);
        begunAt = line.line();
        return complete == null ? null : console(complete, at);
    }

    @Override
    public @Nullable Row end() throws IOException {
        String complete = begun;
        begun = null;
        return complete == null ? null : training(console(complete, begunAt));
    }

    /**
     * Returns two lines as the one that a terminal has cut; null when they are not. All its parts
     * must be numbers, the last one excepted, which may be cut again: in a line that has other
     * parts, or in one that was cut before.
     */
    private static @Nullable String joined(String line, String next) {
        if (line.length() + next.length() > LONGEST_JOINED) {
            return null;
        }
        boolean mayBeCut = next.contains(BETWEEN) || !numbers(line, false);
        for (String joined : new String[] {line + next, line + " " + next}) {
            if (numbers(joined, mayBeCut)) {
                return joined;
            }
        }
        return null;
    }

    private static boolean numbers(String line, boolean lastMayBeCut) {
        int end = end(line, 0);
        while (end < line.length()) {
            int from = end + BETWEEN.length();
            end = end(line, from);
            String part = part(line, from, end);
            boolean cut =
                    lastMayBeCut
                            && end == line.length()
                            && part.chars().noneMatch(Character::isWhitespace);
            if (!cut && number(part, colon(part)).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Returns what stands between two dashes; of a dash that was cut off its blank, nothing. */
    private static String part(String line, int from, int end) {
        String part = line.substring(from, end).strip();
        return part.endsWith(CUT_DASH) ? part.substring(0, part.length() - 2) : part;
    }

    private Row console(String text, long line) throws IOException {
        Numbers values = new Numbers(names);
        int end = end(text, 0);
        OptionalLong step = JsonNumbers.step(text.substring(STEP.length(), end).strip());
        if (step.isEmpty()) {
            throw new BrokenLineException("must have a step, has " + text.substring(0, end));
        }
        while (end < text.length() && values.size() < JsonNumbers.MOST) {
            int from = end + BETWEEN.length();
            end = end(text, from);
            String part = part(text, from, end);
            int colon = colon(part);
            OptionalDouble value = number(part, colon);
            if (value.isPresent()) {
                values.put(part.substring(0, colon), value.getAsDouble());
            }
        }
        if (values.isEmpty()) {
            throw new BrokenLineException("has a step and no numbers");
        }
        return Row.of(line, step, values);
    }

    /** Finds where the name of {@code name:value} ends, which may hold colons; -1 for nowhere. */
    private static int colon(String text) {
        int colon = text.lastIndexOf(':');
        return colon > 0 && text.lastIndexOf(CUT_DASH, colon) <= 0 ? colon : -1;
    }

    /** Reads the value of {@code name:value}. */
    private static OptionalDouble number(String text, int colon) {
        return colon < 0 ? OptionalDouble.empty() : ConsoleText.number(text.substring(colon + 1));
    }

    private static int end(String text, int from) {
        int end = text.indexOf(BETWEEN, from);
        return end < 0 ? text.length() : end;
    }

    /** Finds {@code step:} with a digit behind it, at the beginning of a word. */
    private static int begin(String text) {
        int at = text.indexOf(STEP);
        while (at >= 0) {
            int behind = at + STEP.length();
            boolean word = at == 0 || Character.isWhitespace(text.charAt(at - 1));
            if (word
                    && behind < text.length()
                    && Character.isDigit(text.charAt(behind))
                    && text.indexOf(BETWEEN, behind) > 0) {
                return at;
            }
            at = text.indexOf(STEP, behind);
        }
        return -1;
    }
}
