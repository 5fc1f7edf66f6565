//! Every version of links that was ever released stays decodable: `golden-links.txt` is only ever appended to.

use consistory_session::open;

#[test]
fn every_released_link_opens() {
    let links = include_str!("golden-links.txt");
    let mut opened = 0;
    for line in links.lines().filter(|line| !line.starts_with('%')) {
        let (expected, link) = line.split_once(' ').expect("a digest and a link");
        let run = open(link).unwrap_or_else(|problem| panic!("{link}: {problem:?}"));
        assert_eq!(run.notice, None, "{link}");
        assert_eq!(format!("{:016x}", run.session.digest()), expected, "{link}");
        opened += 1;
    }
    assert!(opened >= 2, "there are golden links");
}
