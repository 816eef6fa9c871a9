//! The fault of one part of the lab, as it is now.

use tokio::sync::watch;

/// The faults that a kind of part knows. The default is the one that stands for "not broken".
pub(crate) trait FaultKind: Copy + Default + Send + Sync + 'static {
    /// All of them, in the order in which they are told to people.
    fn all() -> &'static [Self];
    /// The name by which orders know it.
    fn name(self) -> &'static str;
}

/// The fault of a part: set by orders, watched by the part.
#[derive(Clone, Debug)]
pub(crate) struct Switch<F>(watch::Sender<F>);

impl<F: FaultKind> Switch<F> {
    /// Nothing is broken yet.
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(F::default()))
    }

    /// Breaks or mends the part, at once.
    pub(crate) fn set(&self, fault: F) {
        self.0.send_replace(fault);
    }

    /// How it is broken.
    pub(crate) fn now(&self) -> F {
        *self.0.borrow()
    }

    /// The fault and its changes.
    pub(crate) fn watch(&self) -> watch::Receiver<F> {
        self.0.subscribe()
    }
}

/// A switch whose faults are known by name only.
pub(crate) trait Breakable: Send + Sync + 'static {
    /// The names of its faults; the first stands for "not broken".
    fn kinds(&self) -> Vec<&'static str>;
    /// The name of its fault at present.
    fn kind(&self) -> &'static str;
    /// Sets the fault of this name, and says whether there is one.
    fn set_kind(&self, name: &str) -> bool;
}

impl<F: FaultKind> Breakable for Switch<F> {
    fn kinds(&self) -> Vec<&'static str> {
        F::all().iter().map(|fault| fault.name()).collect()
    }

    fn kind(&self) -> &'static str {
        self.now().name()
    }

    fn set_kind(&self, name: &str) -> bool {
        let found = F::all().iter().find(|fault| fault.name() == name);
        found.inspect(|fault| self.set(**fault)).is_some()
    }
}
