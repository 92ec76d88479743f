package dev.rft.monitor.json;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files that are small, whole, with errors that name the file and say why in plain words. */
public final class TextFile {

    /** No configuration, profile or set of fingerprints comes near it. */
    private static final int LARGEST = 16 << 20;

    /** Some editors begin a file with it. */
    private static final String MARK = "\uFEFF";

    private TextFile() {}

    /**
     * Reads a file.
     *
     * @param file the file
     * @return its text
     * @throws IOException when it cannot be read, is no text in UTF-8, or is larger than 16 MiB;
     *     the message names the file
     */
    public static String read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST + 1);
        } catch (IOException failed) {
            throw unreadable(file, failed);
        }
        if (bytes.length > LARGEST) {
            throw wrong(file, "must be at most " + LARGEST + " bytes");
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
        } catch (CharacterCodingException binary) {
            throw wrong(file, "must be text in UTF-8, is not");
        }
    }

    /**
     * Says why a file cannot be read.
     *
     * @param file the file
     * @param failed what the system threw
     * @return an exception of the same kind, where that says more than that it is one, with a
     *     message that names the file and the reason
     */
    public static IOException unreadable(Path file, IOException failed) {
        FileSystemException told;
        if (failed instanceof NoSuchFileException) {
            told = new NoSuchFileException(file.toString(), null, "no such file");
        } else if (failed instanceof AccessDeniedException) {
            told = new AccessDeniedException(file.toString(), null, "must be readable, is not");
        } else if (Files.isDirectory(file)) {
            told = wrong(file, "must be a file, is a directory");
        } else {
            String why = String.valueOf(failed.getMessage());
            told = wrong(file, "cannot be read: " + why);
        }
        told.initCause(failed);
        return told;
    }

    private static FileSystemException wrong(Path file, String what) {
        return new FileSystemException(file.toString(), null, what);
    }
}
