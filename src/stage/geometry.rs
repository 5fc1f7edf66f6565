//! Where cards and clients stand for a size of the stage, so that none overlap and none leave it.

use consistory_kernel::ProcessId;
use consistory_scene::Scene;
use consistory_scene::layout::Point;

use super::figures::Tenths;
use super::route::{Route, route};

/// A rectangle in CSS pixels, by its centre.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rect {
    /// The centre.
    pub(crate) centre: Point,
    /// From left to right.
    pub(crate) width: f64,
    /// From top to bottom.
    pub(crate) height: f64,
}

impl Rect {
    /// The left edge.
    pub(crate) fn left(self) -> f64 {
        self.centre.x - self.width / 2.0
    }

    /// The top edge.
    pub(crate) fn top(self) -> f64 {
        self.centre.y - self.height / 2.0
    }

    /// The style that puts an element there.
    pub(crate) fn style(self) -> String {
        let (left, top) = (Tenths(self.left()), Tenths(self.top()));
        let (width, height) = (Tenths(self.width), Tenths(self.height));
        // Not by a transform: what stands out of the element may then lie above the canvas, which lies above the element.
        format!("left:{left}px;top:{top}px;width:{width}px;height:{height}px")
    }

    /// The distance of a point from the rectangle; 0 inside.
    pub(crate) fn distance(self, point: Point) -> f64 {
        let x = ((point.x - self.centre.x).abs() - self.width / 2.0).max(0.0);
        let y = ((point.y - self.centre.y).abs() - self.height / 2.0).max(0.0);
        x.hypot(y)
    }

    /// Whether a point lies inside or on the edge.
    pub(crate) fn contains(self, point: Point) -> bool {
        self.distance(point) <= 0.0
    }

    /// The same rectangle with a margin all around.
    #[must_use]
    pub(crate) fn grown(self, margin: f64) -> Self {
        Self { width: self.width + 2.0 * margin, height: self.height + 2.0 * margin, ..self }
    }

    /// The same rectangle elsewhere.
    #[must_use]
    pub(crate) fn moved(self, by: Point) -> Self {
        Self { centre: Point { x: self.centre.x + by.x, y: self.centre.y + by.y }, ..self }
    }

    /// The room between two rectangles: the larger of the horizontal and the vertical one; negative where they overlap.
    pub(crate) fn gap(self, other: Self) -> f64 {
        let x = (self.centre.x - other.centre.x).abs() - f64::midpoint(self.width, other.width);
        let y = (self.centre.y - other.centre.y).abs() - f64::midpoint(self.height, other.height);
        x.max(y)
    }
}

/// How much of a node its card shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Everything, at ease.
    Full,
    /// Everything, closer together.
    Medium,
    /// Name, role, badge and the end of the log.
    Compact,
    /// Name, badge and timer.
    Mini,
}

impl Variant {
    const ALL: [Self; 4] = [Self::Full, Self::Medium, Self::Compact, Self::Mini];

    /// The class of cards of this variant.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Full => "card-full",
            Self::Medium => "card-medium",
            Self::Compact => "card-compact",
            Self::Mini => "card-mini",
        }
    }

    /// Width and height of a card. The style sheet fills exactly this box.
    pub(crate) fn card_size(self) -> (f64, f64) {
        match self {
            Self::Full => (208.0, 100.0),
            Self::Medium => (172.0, 92.0),
            Self::Compact => (116.0, 66.0),
            Self::Mini => (86.0, 46.0),
        }
    }

    /// Width and height of a client.
    pub(crate) fn client_size(self) -> (f64, f64) {
        match self {
            Self::Full | Self::Medium => (190.0, 68.0),
            Self::Compact | Self::Mini => (134.0, 52.0),
        }
    }

    /// The centre of the timer's arc from the card's left top corner, and its radius.
    pub(crate) fn arc(self) -> (Point, f64) {
        match self {
            Self::Full => (Point { x: 18.0, y: 21.0 }, 7.0),
            Self::Medium => (Point { x: 16.0, y: 18.0 }, 6.0),
            Self::Compact => (Point { x: 14.0, y: 16.0 }, 5.5),
            Self::Mini => (Point { x: 13.0, y: 33.0 }, 4.5),
        }
    }

    /// The radius of a message's glyph.
    pub(crate) fn glyph(self) -> f64 {
        match self {
            Self::Full | Self::Medium => 11.0,
            Self::Compact => 10.0,
            Self::Mini => 8.5,
        }
    }

    /// How many cells of the log fit.
    pub(crate) fn cells(self) -> usize {
        match self {
            Self::Full => 7,
            Self::Medium => 6,
            Self::Compact => 4,
            Self::Mini => 0,
        }
    }

    /// The least room between two cards that leaves messages visible.
    fn gap(self) -> f64 {
        match self {
            Self::Full | Self::Medium => 40.0,
            Self::Compact => 22.0,
            Self::Mini => 6.0,
        }
    }
}

/// Room at the stage's edge.
const MARGIN: f64 = 18.0;
/// Room at the top, where the hint line is.
const MARGIN_TOP: f64 = 34.0;
/// A stage lower than this has no hint line.
const LOW: f64 = 420.0;
/// A ring much wider than high no longer reads as one.
const STRETCH_MAX: f64 = 1.6;
/// Rows may be wider.
const ROWS_STRETCH_MAX: f64 = 2.6;
/// The smallest cards show their roles at that width, and names and badges at the other.
const MINI_READABLE: f64 = 86.0;
const MINI_LEAST: f64 = 60.0;
/// Room between two clients.
const CLIENT_GAP: f64 = 12.0;
/// A client is no smaller than that where there are many.
const CLIENT_LEAST: (f64, f64) = (84.0, 34.0);

/// Where everything that does not move stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// The stage's width in CSS pixels.
    pub(crate) width: f64,
    /// The stage's height in CSS pixels.
    pub(crate) height: f64,
    /// How much the cards show.
    pub(crate) variant: Variant,
    /// The ring on which the cards stand, or the box of their rows.
    pub(crate) ring: Rect,
    /// Whether they stand on a ring.
    pub(crate) is_ring: bool,
    /// Node cards in ring order.
    pub(crate) cards: Vec<(ProcessId, Rect)>,
    /// Clients.
    pub(crate) clients: Vec<(ProcessId, Rect)>,
    /// Ways of messages from each process to each, by the positions in `ids`.
    routes: Vec<Route>,
    /// Nodes, then clients.
    ids: Vec<ProcessId>,
}

impl Plan {
    /// The plan for a stage of that size; the first variant of the cards that fits.
    pub(crate) fn new(scene: &Scene, width: f64, height: f64) -> Self {
        let mut best = Self::with(scene, width, height, Variant::Mini);
        for variant in Variant::ALL {
            let plan = Self::with(scene, width, height, variant);
            if plan.fits() {
                best = plan;
                break;
            }
        }
        best.lay_routes();
        best
    }

    fn with(scene: &Scene, width: f64, height: f64, variant: Variant) -> Self {
        let (card_width, card_height) = variant.card_size();
        let top = if height < LOW { MARGIN } else { MARGIN_TOP };
        let mut area = Area { left: MARGIN, top, right: width - MARGIN, bottom: height - MARGIN };
        let clients = clients(scene, variant, &mut area);
        let card_width = if variant == Variant::Mini { mini_width(scene, &area) } else { card_width };
        let points = scene.places();
        let bounds = bounds(&points);
        let room = |space: f64, card: f64, extent: f64| {
            if extent > 0.0 { ((space - card) / extent).max(0.0) } else { 0.0 }
        };
        let mut radius_y = room(area.bottom - area.top, card_height, bounds.height);
        let mut radius_x = room(area.right - area.left, card_width, bounds.width);
        if bounds.width > 0.0 && bounds.height > 0.0 {
            let stretch = if scene.is_ring() { STRETCH_MAX } else { ROWS_STRETCH_MAX };
            radius_x = radius_x.min(radius_y * stretch);
            radius_y = radius_y.min(radius_x * stretch);
        }
        let middle = Point { x: f64::midpoint(area.left, area.right), y: f64::midpoint(area.top, area.bottom) };
        let centre = Point { x: middle.x - bounds.centre.x * radius_x, y: middle.y - bounds.centre.y * radius_y };
        let card = |(point, card): (&Point, &consistory_scene::Card)| {
            let centre = Point { x: centre.x + point.x * radius_x, y: centre.y + point.y * radius_y };
            (card.id, Rect { centre, width: card_width, height: card_height })
        };
        let cards: Vec<_> = points.iter().zip(&scene.cards).map(card).collect();
        let ids = cards.iter().chain(&clients).map(|(id, _)| *id).collect();
        let ring = Rect { centre, width: 2.0 * radius_x, height: 2.0 * radius_y };
        let is_ring = scene.is_ring();
        Self { width, height, variant, ring, is_ring, cards, clients, routes: Vec::new(), ids }
    }

    fn fits(&self) -> bool {
        let gap = self.variant.gap();
        let is_inside = |rect: &Rect| {
            rect.left() >= 0.0
                && rect.top() >= 0.0
                && rect.left() + rect.width <= self.width
                && rect.top() + rect.height <= self.height
        };
        self.cards.iter().enumerate().all(|(index, (_, card))| {
            let apart = |(_, other): &(ProcessId, Rect)| card.gap(*other) >= gap;
            is_inside(card) && self.cards[index + 1..].iter().all(apart)
        })
    }

    fn lay_routes(&mut self) {
        let rects: Vec<Rect> = self.cards.iter().chain(&self.clients).map(|(_, rect)| *rect).collect();
        let glyph = self.variant.glyph();
        let centre = Point { x: self.width / 2.0, y: self.height / 2.0 };
        let stage = Rect { centre, width: self.width, height: self.height };
        let mut routes = Vec::with_capacity(rects.len() * rects.len());
        for from in 0..rects.len() {
            for to in 0..rects.len() {
                routes.push(route(stage, &rects, from, to, glyph));
            }
        }
        self.routes = routes;
    }

    /// The box of a node or a client.
    pub(crate) fn rect(&self, id: ProcessId) -> Option<Rect> {
        let mut all = self.cards.iter().chain(&self.clients);
        all.find(|(other, _)| *other == id).map(|(_, rect)| *rect)
    }

    /// The way of messages between two processes.
    pub(crate) fn route(&self, from: ProcessId, to: ProcessId) -> Option<&Route> {
        let position = |id: ProcessId| self.ids.iter().position(|other| *other == id);
        self.routes.get(position(from)? * self.ids.len() + position(to)?)
    }

    /// The node whose card is under a point.
    pub(crate) fn card_at(&self, point: Point) -> Option<ProcessId> {
        self.cards.iter().find(|(_, rect)| rect.contains(point)).map(|(id, _)| *id)
    }
}

/// The width of the smallest cards: where they stand in rows, what the row has to spare is theirs, so that roles can be
/// read.
fn mini_width(scene: &Scene, area: &Area) -> f64 {
    let longest = scene.rows.iter().copied().max().filter(|_| !scene.is_ring()).map_or(0.0, f64::from);
    if longest == 0.0 {
        return Variant::Mini.card_size().0;
    }
    let room = area.right - area.left;
    let most = Variant::Compact.card_size().0;
    let with = |gap: f64| (room - gap * (longest - 1.0)) / longest;
    // Messages need the gaps more than the names need the cards, as long as these can be read at all.
    let wide = with(Variant::Compact.gap()).min(most);
    if wide >= MINI_READABLE { wide } else { with(Variant::Mini.gap()).clamp(MINI_LEAST, MINI_READABLE) }
}

/// What is left of the stage.
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// The clients' boxes in rows below the ring, or in columns beside it where the stage is wide; takes their room away. There
/// is one row or column as long as they fit, and then as many as are needed.
fn clients(scene: &Scene, variant: Variant, area: &mut Area) -> Vec<(ProcessId, Rect)> {
    let count = scene.clients.len();
    if count == 0 {
        return Vec::new();
    }
    let (width, height) = variant.client_size();
    let (space_x, space_y) = (area.right - area.left, area.bottom - area.top);
    // A row of nodes needs its room first.
    let longest = scene.rows.iter().copied().max().map_or(0.0, f64::from);
    let nodes = if scene.is_ring() { 0.0 } else { longest * (Variant::Mini.card_size().0 + Variant::Mini.gap()) };
    let as_column = space_x > space_y * 1.35 && space_x - width - 2.0 * MARGIN >= nodes;
    // Along the lines and across them.
    let (space, size, least) =
        if as_column { (space_y, height, CLIENT_LEAST.1) } else { (space_x, width, CLIENT_LEAST.0) };
    let most = whole((space + CLIENT_GAP) / (least + CLIENT_GAP)).max(1);
    let lines = count.div_ceil(most);
    let in_line = count.div_ceil(lines);
    let gap = if lines > 1 { CLIENT_GAP / 2.0 } else { CLIENT_GAP };
    let size = size.min((space - gap * (number(in_line) - 1.0)) / number(in_line));
    let across = match (lines, as_column) {
        (1, true) => width,
        (1, false) => height,
        (_, true) => CLIENT_LEAST.0,
        (_, false) => CLIENT_LEAST.1,
    };
    let total = size * number(in_line) + gap * (number(in_line) - 1.0);
    let deep = across * number(lines) + gap * (number(lines) - 1.0);
    let rect = |index: usize| {
        let along = size / 2.0 + number(index % in_line) * (size + gap) - total / 2.0;
        let depth = deep - across / 2.0 - number(index / in_line) * (across + gap);
        if as_column {
            let centre = Point { x: area.right - depth, y: f64::midpoint(area.top, area.bottom) + along };
            Rect { centre, width: across, height: size }
        } else {
            let centre = Point { x: f64::midpoint(area.left, area.right) + along, y: area.bottom - depth };
            Rect { centre, width: size, height: across }
        }
    };
    let boxes = scene.clients.iter().enumerate().map(|(index, client)| (client.id, rect(index))).collect();
    if as_column {
        area.right -= deep + 2.0 * MARGIN;
    } else {
        area.bottom -= deep + 2.0 * MARGIN;
    }
    boxes
}

#[expect(clippy::cast_precision_loss, reason = "a stage has far fewer than 2^52 of anything")]
fn number(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what fits beside each other is a small number"
)]
fn whole(number: f64) -> usize {
    number.max(0.0) as usize
}

fn bounds(points: &[Point]) -> Rect {
    let fold =
        |start: f64, pick: fn(&Point) -> f64, better: fn(f64, f64) -> f64| points.iter().map(pick).fold(start, better);
    if points.is_empty() {
        return Rect::default();
    }
    let left = fold(f64::INFINITY, |point| point.x, f64::min);
    let right = fold(f64::NEG_INFINITY, |point| point.x, f64::max);
    let top = fold(f64::INFINITY, |point| point.y, f64::min);
    let bottom = fold(f64::NEG_INFINITY, |point| point.y, f64::max);
    let centre = Point { x: f64::midpoint(left, right), y: f64::midpoint(top, bottom) };
    Rect { centre, width: right - left, height: bottom - top }
}
