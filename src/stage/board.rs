//! What the stage's components share below Yew: the plan, the painter and what is being dragged.

use super::geometry::Plan;
use super::painter::{Emphasised, Painter};
use super::palette::Palette;
use crate::store::Store;
use consistory_kernel::{MessageId, ProcessId, Time};
use consistory_scene::layout::Point;
use consistory_session::Selection;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::{HtmlCanvasElement, HtmlElement, PointerEvent};

/// A handle; clones are the same board.
#[derive(Clone, Default)]
pub(crate) struct Board(Rc<RefCell<Inner>>);

#[derive(Default)]
struct Inner {
    plan: Option<Rc<Plan>>,
    painter: Option<Painter>,
    dragged: Option<(ProcessId, Point)>,
}

impl PartialEq for Board {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Board {
    /// Starts to paint on a canvas.
    pub(crate) fn mount(&self, canvas: HtmlCanvasElement) {
        self.0.borrow_mut().painter = Painter::new(canvas);
    }

    /// Reads the colours again, as they are for that element.
    pub(crate) fn recolour(&self, probe: &HtmlElement) {
        let Some(window) = web_sys::window() else { return };
        let palette = Palette::read(&window, probe);
        if let Some(painter) = &mut self.0.borrow_mut().painter {
            painter.recolour(palette);
        }
    }

    /// Takes another plan, and where a dragged card is now.
    pub(crate) fn arrange(&self, plan: Rc<Plan>, dragged: Option<(ProcessId, Point)>) {
        let mut inner = self.0.borrow_mut();
        inner.plan = Some(plan);
        inner.dragged = dragged;
    }

    /// Paints a frame.
    pub(crate) fn paint(&self, store: &Store, time: Time) {
        let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let scene = store.read(|session| session.scene());
        let selection = store.look(|view| view.selection);
        let cone = store.known_cone();
        let mut inner = self.0.borrow_mut();
        let inner = &mut *inner;
        let (Some(painter), Some(plan)) = (&mut inner.painter, &inner.plan) else {
            return;
        };
        let emphasised = Emphasised {
            message: match selection {
                Some(Selection::Message(id)) => Some(id),
                Some(Selection::Process(_) | Selection::Step(_) | Selection::Entry(..)) | None => None,
            },
            dragged: inner.dragged,
            reduced_motion: store.settings().reduced_motion,
            cone: cone.as_deref(),
        };
        painter.paint(&scene, plan, time, emphasised, density);
    }

    /// The message under a point, within that distance.
    pub(crate) fn hit(&self, point: Point, reach: f64) -> Option<MessageId> {
        self.0.borrow().painter.as_ref()?.hit(point, reach)
    }

    /// The place of a message in the last frame, and the stage's size.
    pub(crate) fn place(&self, id: MessageId) -> Option<(Point, f64, f64)> {
        let inner = self.0.borrow();
        let plan = inner.plan.as_ref()?;
        Some((inner.painter.as_ref()?.place(id)?, plan.width, plan.height))
    }
}

/// The place of a pointer on the stage, in the stage's own pixels even where a host page scales it.
pub(crate) fn pointer_place(stage: &HtmlElement, event: &PointerEvent) -> Point {
    let shown = stage.get_bounding_client_rect();
    let scale = |length: f64, own: i32| if length > 0.0 { f64::from(own) / length } else { 1.0 };
    Point {
        x: (f64::from(event.client_x()) - shown.left()) * scale(shown.width(), stage.offset_width()),
        y: (f64::from(event.client_y()) - shown.top()) * scale(shown.height(), stage.offset_height()),
    }
}

/// How near a pointer must come to a message: a fingertip covers more than the tip of an arrow.
pub(crate) fn reach(event: &PointerEvent) -> f64 {
    const ARROW: f64 = 12.0;
    const FINGER: f64 = 24.0;
    if event.pointer_type() == "mouse" { ARROW } else { FINGER }
}
