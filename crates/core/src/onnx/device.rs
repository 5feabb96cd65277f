//! Where a model runs.

use std::{fmt, num::NonZero, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Where a model shall run: a policy, not a hope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// On the CPU.
    #[default]
    Cpu,
    /// On a CUDA device; on the CPU where there is none, and `info` says why.
    PreferCuda,
    /// On a CUDA device; opening fails where there is none.
    RequireCuda,
}

impl Device {
    const ALL: [Self; 3] = [Self::Cpu, Self::PreferCuda, Self::RequireCuda];

    /// The name, as it is written in every face.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::PreferCuda => "prefer_cuda",
            Self::RequireCuda => "require_cuda",
        }
    }
}

impl FromStr for Device {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|device| device.name() == name).ok_or_else(|| {
            Error::invalid(
                "device",
                format!("{name:?} is not one of cpu, prefer_cuda, require_cuda"),
            )
        })
    }
}

/// What really ran, as a probe found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The CPU.
    Cpu,
    /// A CUDA device.
    Cuda,
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        })
    }
}

/// The processors this process may really use. The standard library's count
/// respects the cgroup quota and the CPU set, not what the machine has.
pub(crate) fn processors() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_refused() {
        for device in Device::ALL {
            assert_eq!(device.name().parse::<Device>().unwrap(), device);
        }
        let message = "gpu".parse::<Device>().unwrap_err().to_string();
        assert_eq!(message, r#"device: "gpu" is not one of cpu, prefer_cuda, require_cuda"#);
    }
}
