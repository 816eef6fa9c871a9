//! Faults by name: one declaration makes an enum, its names, and what is said of a name that is none.

/// Declares the faults of a part of the lab. The first, `None`, stands for "not broken" and is there by
/// itself.
///
/// ```ignore
/// faults! {
///     /// How the distribution is broken at present.
///     CloudFrontFault of "the lab's distribution", else UnknownCloudFrontFault {
///         /// Connections are refused.
///         Down = "down",
///     }
/// }
/// ```
macro_rules! faults {
    (
        $(#[$about:meta])*
        $fault:ident of $part:literal, else $unknown:ident {
            $($(#[$what:meta])* $kind:ident = $name:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum $fault {
            /// Not at all.
            #[default]
            None,
            $($(#[$what])* $kind,)+
        }

        /// The text names no fault.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[error(
            "`{0}` is no fault of {part}; the faults are {all}",
            part = $part,
            all = $crate::lab::fault::listed(&$fault::ALL.map($fault::name))
        )]
        pub struct $unknown(String);

        impl $fault {
            /// All of them, in the order in which they are told to people.
            pub const ALL: [Self; 1 + [$($name),+].len()] = [Self::None, $(Self::$kind),+];

            /// The name by which commands and files know it.
            pub fn name(self) -> &'static str {
                match self {
                    Self::None => "none",
                    $(Self::$kind => $name,)+
                }
            }
        }

        impl std::str::FromStr for $fault {
            type Err = $unknown;

            fn from_str(text: &str) -> Result<Self, $unknown> {
                let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
                found.ok_or_else(|| $unknown(text.to_owned()))
            }
        }

        impl std::fmt::Display for $fault {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        $crate::model::serde_as_text!($fault);

        impl $crate::lab::fault::FaultKind for $fault {
            fn all() -> &'static [Self] {
                &Self::ALL
            }

            fn name(self) -> &'static str {
                Self::name(self)
            }
        }
    };
}

pub(crate) use faults;

/// `a, b and c`.
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "faults are public, and those of the tests' lamp cannot be")]
mod tests {
    faults! {
        /// How a lamp is broken at present.
        LampFault of "a lamp", else UnknownLampFault {
            /// It gives no light.
            Dark = "dark",
            /// It goes on and off.
            Blinking = "blinking",
        }
    }

    #[test]
    fn each_fault_is_known_by_its_name() {
        assert_eq!(LampFault::ALL, [LampFault::None, LampFault::Dark, LampFault::Blinking]);
        assert_eq!(LampFault::default(), LampFault::None);
        for fault in LampFault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
    }

    #[test]
    fn what_is_no_fault_is_told_with_those_that_are() {
        let error = "bright".parse::<LampFault>().expect_err("not a name").to_string();
        assert_eq!(error, "`bright` is no fault of a lamp; the faults are none, dark and blinking");
    }
}
