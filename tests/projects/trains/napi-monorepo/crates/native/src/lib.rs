pub use tool_core::ONE;
