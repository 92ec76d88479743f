package dev.rft.recovery;

/**
 * What a process did instead of showing a step. It was thrown nowhere: what ended the process says
 * all that there is, and people read it.
 */
final class ProcessEndedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * Says how a process ended.
     *
     * @param what in words
     */
    ProcessEndedException(String what) {
        super(what, null, false, false);
    }

    /** Returns the words alone. */
    @Override
    public String toString() {
        return String.valueOf(getMessage());
    }
}
