package dev.rft.monitor.profile;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.signal.Signal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A profile as a file: strict JSON, versioned, numbers that come back bit for bit. */
final class ProfileJson {

    private static final String FORMAT = "rft-profile";
    private static final int VERSION = 1;
    private static final long LARGEST = 16 << 20;

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private ProfileJson() {}

    static void write(Profile profile, Path file) throws IOException {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT);
        root.put("version", VERSION);
        ArrayNode runs = root.putArray("runs");
        profile.runs().forEach(runs::add);
        ObjectNode signals = root.putObject("signals");
        for (Usual usual : profile.all()) {
            Signal signal = usual.signal();
            ObjectNode json = signals.putObject(signal.name());
            json.put("unit", signal.unit());
            json.put("adverse", signal.adverse().name());
            json.put("scale", signal.scale().name());
            json.put("runs", usual.runs());
            json.put("spread", usual.spread());
            json.put("noise", usual.noise());
            ArrayNode levels = json.putArray("levels");
            for (double level : usual.levels()) {
                if (Double.isNaN(level)) {
                    levels.addNull();
                } else {
                    levels.add(level);
                }
            }
        }
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(lines);
        byte[] text =
                (MAPPER.writer(printer).writeValueAsString(root) + "\n")
                        .getBytes(StandardCharsets.UTF_8);
        Path whole = file.toAbsolutePath();
        Path part = Files.createTempFile(whole.getParent(), whole.getFileName() + ".", ".part");
        try {
            Files.write(part, text);
            Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    static Profile read(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException(file + ": must be at most " + LARGEST + " bytes");
        }
        try {
            return profile(MAPPER.readTree(Files.readAllBytes(file)));
        } catch (JsonProcessingException broken) {
            throw new IOException(file + ": is no JSON: " + broken.getOriginalMessage(), broken);
        } catch (IllegalArgumentException wrong) {
            throw new IOException(file + ": " + wrong.getMessage(), wrong);
        }
    }

    private static Profile profile(JsonNode root) {
        Fields fields = new Fields("", root, Set.of("format", "version", "runs", "signals"));
        if (!fields.text("format").equals(FORMAT)) {
            throw new IllegalArgumentException(
                    "format: must be " + FORMAT + ", was " + fields.text("format"));
        }
        int version = fields.integer("version");
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "version: must be " + VERSION + ", was " + version);
        }
        List<String> runs = new ArrayList<>();
        for (JsonNode run : fields.array("runs")) {
            if (!run.isTextual()) {
                throw new IllegalArgumentException("runs: must be names, had " + run);
            }
            runs.add(run.asText());
        }
        Map<Signal, Usual> signals = new HashMap<>();
        JsonNode all = fields.get("signals");
        if (!all.isObject() || all.isEmpty()) {
            throw new IllegalArgumentException("signals: must be an object with signals");
        }
        for (Map.Entry<String, JsonNode> entry : all.properties()) {
            Usual usual = usual(entry.getKey(), entry.getValue());
            if (usual.runs() > runs.size()) {
                throw new IllegalArgumentException(
                        "signals."
                                + entry.getKey()
                                + ".runs: must be at most the number of runs, was "
                                + usual.runs());
            }
            signals.put(usual.signal(), usual);
        }
        return new Profile(runs, signals);
    }

    private static Usual usual(String name, JsonNode node) {
        String path = "signals." + name;
        Fields fields =
                new Fields(
                        path,
                        node,
                        Set.of("unit", "adverse", "scale", "runs", "spread", "noise", "levels"));
        List<Double> levels = new ArrayList<>();
        for (JsonNode level : fields.array("levels")) {
            if (!level.isNull() && !level.isNumber()) {
                throw new IllegalArgumentException(
                        path + ".levels: must be numbers or null, had " + level);
            }
            levels.add(level.isNull() ? Double.NaN : level.asDouble());
        }
        Signal signal =
                Signal.of(
                        name,
                        fields.text("unit"),
                        fields.choice("adverse", Signal.Direction.class),
                        fields.choice("scale", Signal.Scale.class));
        try {
            return new Usual(
                    signal,
                    fields.integer("runs"),
                    fields.number("spread"),
                    fields.number("noise"),
                    levels);
        } catch (IllegalArgumentException wrong) {
            String message = String.valueOf(wrong.getMessage());
            throw new IllegalArgumentException(
                    message.startsWith(path) ? message : path + "." + message, wrong);
        }
    }

    /** The fields of an object, all of which must be there, and no others. */
    private static final class Fields {

        private final String path;
        private final JsonNode node;

        Fields(String path, JsonNode node, Set<String> names) {
            this.path = path.isEmpty() ? "" : path + ".";
            this.node = node;
            if (!node.isObject()) {
                throw new IllegalArgumentException(
                        (path.isEmpty() ? "file" : path) + ": must be a JSON object, was " + node);
            }
            node.fieldNames()
                    .forEachRemaining(
                            name -> {
                                if (!names.contains(name)) {
                                    throw new IllegalArgumentException(
                                            this.path
                                                    + name
                                                    + ": unknown key, must be one of "
                                                    + names.stream().sorted().toList());
                                }
                            });
        }

        JsonNode get(String name) {
            JsonNode value = node.get(name);
            if (value == null) {
                throw new IllegalArgumentException(path + name + ": must be there, is missing");
            }
            return value;
        }

        private JsonNode typed(String name, boolean right, String type) {
            if (!right) {
                throw new IllegalArgumentException(
                        path + name + ": must be " + type + ", was " + node.get(name));
            }
            return get(name);
        }

        String text(String name) {
            return typed(name, get(name).isTextual(), "a string").asText();
        }

        int integer(String name) {
            return typed(name, get(name).isInt(), "a whole number").asInt();
        }

        double number(String name) {
            return typed(name, get(name).isNumber(), "a number").asDouble();
        }

        JsonNode array(String name) {
            return typed(name, get(name).isArray(), "an array");
        }

        <E extends Enum<E>> E choice(String name, Class<E> type) {
            String text = text(name);
            try {
                return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException unknown) {
                throw new IllegalArgumentException(
                        path
                                + name
                                + ": must be one of "
                                + List.of(type.getEnumConstants())
                                + ", was "
                                + text,
                        unknown);
            }
        }
    }
}
