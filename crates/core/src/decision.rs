//! The sampling decision of a trace: three states, never two (rule R1).

/// Whether the transactions of a trace are recorded.
///
/// "Deferred" is a state of its own: the sender has not decided, and the receiver may.
#[doc(alias = "parentSampled")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The flag is `1`.
    Sampled,
    /// The flag is `0`.
    NotSampled,
    /// There is no flag.
    #[default]
    Deferred,
}

impl Decision {
    /// `true` and `false` are decisions, `None` is deferred.
    #[must_use]
    pub const fn from_option(sampled: Option<bool>) -> Self {
        match sampled {
            Some(true) => Self::Sampled,
            Some(false) => Self::NotSampled,
            None => Self::Deferred,
        }
    }

    /// `None` when deferred.
    #[must_use]
    pub const fn to_option(self) -> Option<bool> {
        match self {
            Self::Sampled => Some(true),
            Self::NotSampled => Some(false),
            Self::Deferred => None,
        }
    }

    /// Decided, and to be recorded.
    #[must_use]
    pub const fn is_sampled(self) -> bool {
        matches!(self, Self::Sampled)
    }

    /// The value of the DSC member `sampled`; absent when deferred.
    #[must_use]
    pub const fn as_member(self) -> Option<&'static str> {
        match self {
            Self::Sampled => Some("true"),
            Self::NotSampled => Some("false"),
            Self::Deferred => None,
        }
    }
}

impl From<bool> for Decision {
    fn from(sampled: bool) -> Self {
        Self::from_option(Some(sampled))
    }
}
