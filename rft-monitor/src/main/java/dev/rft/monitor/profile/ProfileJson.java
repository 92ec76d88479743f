package dev.rft.monitor.profile;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.json.JsonFields;
import dev.rft.monitor.json.JsonText;
import dev.rft.monitor.json.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A profile as a file: strict JSON, versioned, with numbers that come back bit for bit. */
final class ProfileJson {

    private static final String FORMAT = "rft-profile";
    private static final int VERSION = 1;

    private ProfileJson() {}

    static void write(Profile profile, Path file) throws IOException {
        ObjectNode root = JsonText.object();
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
            usual.levels().forEach(level -> JsonText.add(levels, level));
        }
        Path whole = file.toAbsolutePath();
        Path directory = whole.getParent();
        if (directory == null) {
            throw new IOException(file + ": must be a file, was a root");
        }
        Path part = Files.createTempFile(directory, "profile", ".part");
        try {
            Files.write(part, JsonText.pretty(root));
            Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    static Profile read(Path file) throws IOException {
        String json = TextFile.read(file);
        try {
            return profile(JsonFields.parse(json));
        } catch (IllegalArgumentException wrong) {
            throw new IOException(file + ": " + wrong.getMessage(), wrong);
        }
    }

    private static Profile profile(JsonFields json) {
        json.expect("format", FORMAT, VERSION);
        json.only(List.of("format", "version", "runs", "signals"));
        List<String> runs = json.texts("runs");
        JsonFields all = json.object("signals");
        if (all.names().isEmpty()) {
            throw json.wrong("signals", "must not be empty");
        }
        Map<Signal, Usual> signals = new HashMap<>();
        for (String name : all.names()) {
            Usual usual = usual(name, all.object(name));
            if (usual.runs() > runs.size()) {
                throw all.wrong(
                        name,
                        "runs must be at most the " + runs.size() + " named, was " + usual.runs());
            }
            signals.put(usual.signal(), usual);
        }
        return new Profile(runs, signals);
    }

    private static Usual usual(String name, JsonFields json) {
        json.only(List.of("unit", "adverse", "scale", "runs", "spread", "noise", "levels"));
        Signal signal =
                Signal.of(
                        name,
                        json.text("unit"),
                        json.constant("adverse", Signal.Direction.class),
                        json.constant("scale", Signal.Scale.class));
        int runs = json.integer("runs");
        double spread = json.finite("spread");
        double noise = json.finite("noise");
        List<Double> levels = Arrays.stream(json.numbers("levels")).boxed().toList();
        return json.checked(() -> new Usual(signal, runs, spread, noise, levels));
    }
}
