//! What templates can do beside naming what they lay out: say that something is given.

use handlebars::{
    BlockContext, Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext,
    RenderErrorReason, Renderable,
};
use serde_json::Value;

/// `{{#given x}}…{{else}}…{{/given}}`: the block with `x` as `this` where it is set; and unlike
/// `#if`, an error where the data has no such key.
pub(super) struct Given;

impl HelperDef for Given {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let param = helper.param(0).filter(|param| !param.is_value_missing());
        let param = param.ok_or_else(|| {
            let what = "a key that the data has".to_owned();
            RenderErrorReason::ParamTypeMismatchForName("given", "0".to_owned(), what)
        })?;
        let value = param.value();
        let is_given = match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(items) => !items.is_empty(),
            _ => true,
        };
        let template = if is_given { helper.template() } else { helper.inverse() };
        let Some(template) = template else {
            return Ok(());
        };
        if !is_given {
            return template.render(registry, context, render, out);
        }
        let mut block = BlockContext::new();
        if let Some(path) = param.context_path() {
            block.base_path_mut().clone_from(path);
        } else {
            block.set_base_value(value.clone());
        }
        render.push_block(block);
        let result = template.render(registry, context, render, out);
        render.pop_block();
        result
    }
}
