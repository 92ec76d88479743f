/**
 * What every other module speaks: signals of a training step, and the port through which a training
 * loop is watched and controlled. Plain numbers and interfaces; no dependency.
 */
module dev.rft.api {
    requires static org.jspecify;

    exports dev.rft.api.signal;
    exports dev.rft.api.control;
}
